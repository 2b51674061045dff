// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "daemon/inspect/busy_directories.hpp"
#include "daemon/inspect/name_matcher.hpp"
#include "daemon/inspect/path_kinds.hpp"
#include "daemon/inspect/process_list.hpp"
#include "daemon/inspect/service_matcher.hpp"

using namespace guardd;
using namespace guardd::walk;

namespace {

Recognition service(const std::string& name, std::vector<std::string> executables,
                    std::vector<std::string> data_files) {
  Recognition made;
  made.service = name;
  made.executables = std::move(executables);
  made.data_files = std::move(data_files);
  return made;
}

using Indices = std::vector<std::size_t>;

Indices matches(const NameMatcher& matcher, std::string_view name) {
  Indices found{99};
  matcher.match(name, found);
  return found;
}

const char* matched_by(const ServiceMatcher& matcher, std::string_view exe, std::string_view comm,
                       const std::vector<std::string_view>& arguments) {
  const auto match = matcher.match({exe, comm, arguments});
  return match ? match->by : "";
}

}  // namespace

TEST_CASE("data files by whole name, by ending, and by other patterns") {
  const std::vector<Recognition> services = {service("mysql", {}, {"ibdata1", "*.ibd", "undo_???", "*"}),
                                             service("other", {}, {"ibdata1", "#ib_*.d?lwr", "*-Data.db", "*bd"})};
  const NameMatcher matcher({service("mysql", {}, {"ibdata1", "*.ibd", "undo_???"}), services[1]});
  CHECK(matches(matcher, "ibdata1") == Indices{0, 1});
  CHECK(matches(matcher, "t.ibd") == Indices{0, 1});
  CHECK(matches(matcher, ".ibd") == Indices{0, 1});
  CHECK(matches(matcher, "bd") == Indices{1});
  CHECK(matches(matcher, "undo_001") == Indices{0});
  CHECK(matches(matcher, "#ib_1.dblwr") == Indices{1});
  CHECK(matches(matcher, "nb-1-big-Data.db") == Indices{1});
  for (const char* name : {"", "ibdata", "ibdata11", "xibdata1", "IBDATA1", "t.ibd2", "undo_0001", "d", "libc.so.6"}) {
    CAPTURE(name);
    CHECK(matches(matcher, name).empty());
  }
  CHECK(matches(NameMatcher({}), "ibdata1").empty());
  CHECK(matches(NameMatcher({services[0]}), "anything") == Indices{0});
}

TEST_CASE("a service is known by any of its names") {
  const std::vector<Recognition> services = {service("mysql", {"mariadbd", "mysqld"}, {}),
                                             service("redis", {"redis-server"}, {}),
                                             service("clickhouse", {"clickhouse-server"}, {})};
  const ServiceMatcher matcher(services);
  CHECK(matched_by(matcher, "/usr/sbin/mariadbd", "x", {"y"}) == std::string("executable"));
  CHECK(matched_by(matcher, "/tmp/webcache", "mariadbd", {"[kworker/3:1]"}) == std::string("comm"));
  CHECK(matched_by(matcher, "/tmp/webcache", "webcache", {"/opt/bin/mysqld", "--x"}) == std::string("argv0"));
  CHECK(matched_by(matcher, "/tmp/webcache", "io", {"redis-server *:6379"}) == std::string("argv0"));
  CHECK(matched_by(matcher, "/tmp/webcache", "clickhouse-serv", {}) == std::string("comm"));
  CHECK(matched_by(matcher, "/usr/bin/vi", "vi", {"vi", "/usr/sbin/mysqld"}) == std::string());
  CHECK(matched_by(matcher, "/usr/bin/mysqld_safe", "mysqld_safe", {"mysqld_safe"}) == std::string());
  CHECK(matched_by(matcher, "", "", {}) == std::string());
  CHECK(matcher.match({"/usr/bin/redis-server", "x", {}})->recognition == 1);
}

TEST_CASE("a program run by the dynamic loader is known by its argument") {
  const std::vector<Recognition> services = {service("mysql", {"mariadbd"}, {})};
  const ServiceMatcher matcher(services);
  const std::string_view loader = "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
  CHECK(matched_by(matcher, loader, "ld-linux-x86-64", {loader, "/usr/sbin/mariadbd"}) == std::string("argv0"));
  CHECK(matched_by(matcher, loader, "x", {loader, "--library-path", "/x", "/usr/sbin/mariadbd"}) ==
        std::string("argv0"));
  CHECK(matched_by(matcher, "/usr/bin/ld", "ld", {"ld", "/usr/sbin/mariadbd"}) == std::string());
}

TEST_CASE("where an argument is wanted, a name alone is not enough") {
  std::vector<Recognition> services = {service("kafka", {"java"}, {}), service("cassandra", {"java"}, {})};
  services[0].argument_contains = {"kafka.Kafka"};
  services[1].argument_contains = {"CassandraDaemon", "cassandra.yaml"};
  const ServiceMatcher matcher(services);
  const std::vector<std::string_view> cassandra = {"java", "-Xmx1g", "org.apache.cassandra.service.CassandraDaemon"};
  CHECK(matcher.match({"/usr/bin/java", "java", cassandra})->recognition == 1);
  const std::vector<std::string_view> kafka = {"java", "kafka.Kafka", "server.properties"};
  CHECK(matcher.match({"/usr/bin/java", "java", kafka})->recognition == 0);
  const std::vector<std::string_view> web = {"java", "-jar", "web.jar"};
  CHECK_FALSE(matcher.match({"/usr/bin/java", "java", web}));
}

TEST_CASE("data directories that a command line names") {
  const std::vector<std::string> options = {"--datadir", "-D"};
  using Paths = std::vector<std::string>;
  CHECK(data_paths(options, {"mysqld", "--datadir=/srv/a b"}, "/") == Paths{"/srv/a b"});
  CHECK(data_paths(options, {"mysqld", "--datadir", "/srv/a"}, "/") == Paths{"/srv/a"});
  CHECK(data_paths(options, {"postgres", "-D", "/srv/a", "-D/srv/b"}, "/") == Paths{"/srv/a", "/srv/b"});
  CHECK(data_paths(options, {"postgres", "-Ddata", "-D", "./x"}, "/home/p") == Paths{"/home/p/data", "/home/p/./x"});
  CHECK(data_paths(options, {"postgres", "-D=/srv/a", "-D", "/srv/a"}, "/") == Paths{"/srv/a"});
  CHECK(data_paths(options, {"mysqld", "--datadirectory=/x", "--datadir", "--other", "--datadir="}, "/").empty());
  CHECK(data_paths(options, {"--datadir=/x"}, "/").empty());
  CHECK(data_paths(options, {"mysqld", "--datadir"}, "/").empty());
  CHECK(data_paths({}, {"mysqld", "--datadir=/x"}, "/").empty());
  CHECK(data_paths({"-Des.path.data"}, {"java", "-Des.path.data=/srv/es"}, "/") == Paths{"/srv/es"});
}

TEST_CASE("what a path may be") {
  for (const char* path : {"/memfd:x (deleted)", "/SYSV00000000 (deleted)", "/[aio] (deleted)", "/anon_hugepage"}) {
    CHECK(is_made_up(path));
  }
  CHECK_FALSE(is_made_up("/srv/memfd:x"));

  for (const char* path : {"/", "/srv", "/dev/shm", "/dev/shm/x", "/devices", "/usr/bin", "/process"}) {
    CAPTURE(path);
    CHECK(may_hold_data(path));
  }
  for (const char* path :
       {"", "x", "/proc", "/proc/1", "/sys/fs", "/dev", "/dev/pts", "/dev/shmx", "(unreachable)/x"}) {
    CAPTURE(path);
    CHECK_FALSE(may_hold_data(path));
  }
  for (const char* path : {"/", "/srv", "/usr/local/mysql/data", "/library", "/lib64x", "/binary", "/var/lib"}) {
    CAPTURE(path);
    CHECK(may_hold_open_data(path));
  }
  for (const char* path :
       {"/usr", "/usr/lib/x", "/lib", "/lib/x", "/lib64/y", "/bin", "/sbin", "/proc", "/usr/localx"}) {
    CAPTURE(path);
    CHECK_FALSE(may_hold_open_data(path));
  }
  for (const char* path : {"/dev/sda1", "/dev/mapper/x", "/srv/chroot/dev/sdb", "/dev/nvme0n1", "/dev/disks/nullx"}) {
    CAPTURE(path);
    CHECK(may_be_block_device(path));
  }
  for (const char* path : {"/dev/null", "/dev/pts/3", "/dev/tty1", "/dev/shm/x", "/dev/mapper/control", "/srv/x"}) {
    CAPTURE(path);
    CHECK_FALSE(may_be_block_device(path));
  }
}

TEST_CASE("busy directories: each once for a namespace, working directories first") {
  BusyDirectories busy;
  busy.add_parent(1, 10, "/a");
  busy.add_parent(1, 11, "/a");
  busy.add_parent(2, 12, "/a");
  busy.add_parent(1, 10, "/cwd");
  BusyDirectories other;
  other.add_cwd(1, 20, "/cwd");
  other.add_parent(1, 20, "/a");
  busy.merge(other);
  bool complete = false;
  const auto list = busy.list(complete);
  CHECK(complete);
  REQUIRE(list.size() == 3);
  CHECK(list[0].path == "/cwd");
  CHECK(list[0].cwd);
  CHECK(list[0].pid == 20);
  CHECK(list[1].path == "/a");
  CHECK(list[1].pid == 10);
  CHECK(list[1].mnt_ns == 1);
  CHECK_FALSE(list[1].cwd);
  CHECK(list[2].mnt_ns == 2);
}

TEST_CASE("busy directories are bounded, and more than that is said") {
  BusyDirectories busy;
  for (std::size_t i = 0; i < max_busy_directories; ++i) busy.add_parent(1, 1, "/" + std::to_string(i));
  bool complete = false;
  CHECK(busy.list(complete).size() == max_busy_directories);
  CHECK(complete);

  BusyDirectories cwd;
  cwd.add_cwd(1, 2, "/cwd");
  cwd.merge(busy);
  const auto list = cwd.list(complete);
  CHECK(list.size() == max_busy_directories);
  CHECK_FALSE(complete);
  CHECK(list[0].path == "/cwd");

  busy.add_parent(1, 1, "/0");
  CHECK(busy.list(complete).size() == max_busy_directories);
  CHECK(complete);
  busy.add_parent(1, 1, "/one more");
  CHECK(busy.list(complete).size() == max_busy_directories);
  CHECK_FALSE(complete);
}

TEST_CASE("process ids given out since") {
  CHECK_FALSE(is_newer(100, 100, 100));
  CHECK(is_newer(101, 100, 101));
  CHECK_FALSE(is_newer(102, 100, 101));
  CHECK(is_newer(32767, 32000, 400));  // around
  CHECK(is_newer(400, 32000, 400));
  CHECK_FALSE(is_newer(401, 32000, 400));
  CHECK_FALSE(is_newer(32000, 32000, 400));
}
