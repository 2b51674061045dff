// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "tests/daemon/data/lab.hpp"

// Each test has a host of its own: a real ext4 on a loop device. Where a machine can't do that, they say so and are
// skipped.
#define REQUIRE_LAB()                                                    \
  if (const std::string lacking = test::lab_lacks(); !lacking.empty()) { \
    WARN("SKIP: needs " + lacking);                                      \
    return;                                                              \
  }

namespace guardd {
namespace {

using test::HungFuse;
using test::Lab;
using test::LoopMount;
using test::Mounted;
using test::Waiting;

DataInput input_for(const Lab& lab) {
  DataInput input;
  input.recognitions = test::recognitions();
  input.mount_namespaces = {{lab.mnt_ns(), lab.init()}};
  input.deadline_ms = 15'000;  // sanitizers are slow
  return input;
}

std::set<std::string> found(const Lab& lab, const DataOutput& output) {
  std::set<std::string> places;
  for (const DataDirectoryFact& fact : output.directories) {
    REQUIRE(fact.path.starts_with(lab.at("")));
    places.insert(fact.service + " " + fact.path.substr(lab.at("").size()));
  }
  return places;
}
using Places = std::set<std::string>;

const DataDirectoryFact& fact_at(const Lab& lab, const DataOutput& output, const std::string& path) {
  const auto fact = std::ranges::find(output.directories, lab.at(path), &DataDirectoryFact::path);
  REQUIRE(fact != output.directories.end());
  return *fact;
}

std::string problems(const DataOutput& output) {
  std::string text;
  for (const std::string& problem : output.reports.at(0).problems) text += problem + "\n";
  return text;
}

std::set<std::string> uses(const DataDirectoryFact& fact, pid_t pid) {
  std::set<std::string> hows;
  for (const DirectoryUse& use : fact.uses) {
    if (use.pid == pid) hows.insert(use.how);
  }
  return hows;
}

TEST_CASE("an empty host has nothing, and that is known") {
  REQUIRE_LAB();
  Lab lab;
  const DataOutput output = lab.inspect(input_for(lab));
  CHECK(problems(output).empty());
  CHECK(output.reports.at(0).health == Health::ok);
  CHECK(output.directories.empty());
  REQUIRE(output.filesystems.size() == 1);  // lost+found alone is no content
  CHECK(output.filesystems[0].has_content == Known<bool>(false));
  CHECK(output.filesystems[0].device == lab.disk().device());
  CHECK(output.filesystems[0].fstype == "ext4");
}

TEST_CASE("data is found in default places, renamed, anywhere, by its markers") {
  REQUIRE_LAB();
  Lab lab;
  lab.file("/var/lib/mysql/ibdata1");
  lab.file("/var/lib/mysql.old/aria_log_control");
  lab.directory("/var/lib/mysql.old/mysql");
  lab.file("/srv/a/b/c/d/e/PG_VERSION");
  lab.file("/srv/a/b/c/d/e/global/pg_control");
  lab.file("/home/u/we\nird \xFF/db1-relay-bin.000001");
  lab.file("/home/u/we\nird \xFF/auto.cnf");
  lab.file("/usr/share/mysql/ibdata1");  // a package's
  lab.file("/usr/local/mysql/data/ibdata1");
  lab.file("/srv/no/PG_VERSION");
  lab.file("/srv/no/aria_log_control");
  const DataOutput output = lab.inspect(input_for(lab));
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /var/lib/mysql", "mysql /var/lib/mysql.old", "postgresql /srv/a/b/c/d/e",
                                     "mysql /home/u/we\nird \xFF", "mysql /usr/local/mysql/data"});
  const DataDirectoryFact& fact = fact_at(lab, output, "/srv/a/b/c/d/e");
  CHECK(fact.device == Known<DeviceNumber>(lab.disk().device()));
  CHECK(fact.markers == std::vector<std::string>{"PG_VERSION", "global/pg_control"});
  CHECK(fact.mnt_ns == lab.mnt_ns());
  struct stat status {};
  REQUIRE(::stat(lab.at("/srv/a/b/c/d/e").c_str(), &status) == 0);
  CHECK(fact.inode == status.st_ino);
  CHECK(fact.st_dev == status.st_dev);
  CHECK(fact.uses.empty());
  REQUIRE(::stat(lab.at("/srv/a/b/c/d/e/PG_VERSION").c_str(), &status) == 0);
  CHECK(fact.newest_mtime_s >= status.st_mtim.tv_sec);
  CHECK(output.filesystems.at(0).has_content == Known<bool>(true));
}

TEST_CASE("what only bears a marker's name is no data, and hangs nobody") {
  REQUIRE_LAB();
  Lab lab;
  for (const std::string name : {"fifo", "null", "link", "self"}) lab.directory("/var/lib/mysql-" + name);
  REQUIRE(::mkfifo(lab.at("/var/lib/mysql-fifo/ibdata1").c_str(), 0600) == 0);
  REQUIRE(::mknod(lab.at("/var/lib/mysql-null/ibdata1").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0);
  lab.link("/var/lib/mysql-link/ibdata1", "/etc/hosts");
  lab.link("/var/lib/mysql-self/ibdata1", "ibdata1");
  lab.link("/var/lib/mysql", "mysql");  // the default place is a loop
  lab.file("/var/lib/postgresql/15/main/PG_VERSION");
  REQUIRE(::mkfifo(lab.at("/var/lib/postgresql/15/main/global").c_str(), 0600) == 0);
  const DataOutput output = lab.inspect(input_for(lab));
  CHECK(found(lab, output).empty());
  CHECK(problems(output).find("eloop") != std::string::npos);
  CHECK(output.reports.at(0).health == Health::degraded);
}

TEST_CASE("symbolic links stay inside the root directory") {
  REQUIRE_LAB();
  Lab lab;
  // /usr is not searched: only the links lead there.
  for (const std::string name : {"a", "b", "c"}) lab.file("/usr/ram/" + name + "/ibdata1");
  lab.link("/var/lib/mysql", "/usr/ram/../../../usr/ram/./a/");
  lab.link("/var/lib/mysql-relative", "../../usr/ram/x");
  lab.link("/usr/ram/x", "b");
  lab.link("/var/lib/mysql-outside", "/proc/self/root/" + lab.at("/usr/ram/c"));
  lab.link("/var/lib/mysql-host", lab.scratch().at("outside"));
  lab.scratch().file("outside/ibdata1");
  lab.link("/usr/ram/self", ".");
  DataInput input = input_for(lab);
  input.known_paths = {"/usr/ram/self/self/self/c", "/none/x", "/usr/ram/c/ibdata1"};
  const DataOutput output = lab.inspect(input);
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /usr/ram/a", "mysql /usr/ram/b", "mysql /usr/ram/c"});
}

TEST_CASE("a FUSE filesystem that answers nobody hangs nobody") {
  REQUIRE_LAB();
  if (::access("/dev/fuse", R_OK | W_OK) != 0) {
    WARN("SKIP: needs /dev/fuse");
    return;
  }
  Lab lab;
  lab.file("/var/lib/mysql-x/aria_log_control");
  lab.directory("/var/lib/mysql-x/mysql");
  lab.directory("/var/lib/mysql");
  lab.directory("/mnt/fuse");
  lab.file("/srv/db/ibdata1");
  lab.link("/srv/into", "/mnt/fuse/deep");
  const HungFuse as_marker(lab.at("/var/lib/mysql-x/mysql"));
  const HungFuse as_place(lab.at("/var/lib/mysql"));
  const HungFuse elsewhere(lab.at("/mnt/fuse"));
  DataInput input = input_for(lab);
  input.known_paths = {"/mnt/fuse", "/mnt/fuse/a/b", "/srv/into/x"};
  input.busy_directories = {{lab.at("/mnt/fuse"), lab.init(), lab.mnt_ns(), true}};
  const DataOutput output = lab.inspect(input);
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /srv/db"});
}

TEST_CASE("an autofs that nobody serves is not triggered") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/var/lib/mysql");
  lab.file("/srv/db/ibdata1");
  const Waiting daemon([] { ::setpgid(0, 0); });
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const Fd from(ends[0]);
  const Fd to(ends[1]);
  const std::string options =
      "fd=" + std::to_string(to.get()) + ",pgrp=" + std::to_string(daemon.pid()) + ",minproto=5,maxproto=5,direct";
  const Mounted autofs("nobody", lab.at("/var/lib/mysql"), "autofs", 0, options);
  const DataOutput output = lab.inspect(input_for(lab));
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /srv/db"});
}

TEST_CASE("a directory too long to list") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/srv/long");
  for (int i = 0; i < 30'000; ++i) {
    const Fd fd(::open(lab.at("/srv/long/f" + std::to_string(i)).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    REQUIRE(fd);
  }
  // As the kernel lists them, for the first ones are listed and the rest is looked up.
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(lab.at("/srv/long")))
    names.push_back(entry.path().filename());
  DataInput input = input_for(lab);
  SECTION("a plain marker beyond the bound") { input.recognitions[0].markers = {{names.back(), names.front()}}; }
  SECTION("a glob within it") { input.recognitions[0].markers = {{names.front() + "*"}}; }
  Places places{"mysql /srv/long"};
  SECTION("a data directory in it that is listed last") {
    std::filesystem::remove(lab.at("/srv/long/" + names.back()));
    lab.file("/srv/long/" + names.back() + "/ibdata1");  // the order is that of the names' hashes: it stays the last
    places = {"mysql /srv/long/" + names.back()};
  }
  const DataOutput output = lab.inspect(input);
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == places);
}

// R packages and LibreOffice have files called *.rdb: hosts with them were refused for a Redis that was not there.
TEST_CASE("a marker that wants content is none without it") {
  REQUIRE_LAB();
  Lab lab;
  const auto file = [&](const std::string& path, std::string_view content) {
    lab.file(path);
    std::ofstream(lab.at(path)) << content;
  };
  file("/srv/redis/dump.rdb", "REDIS0010\xFA");
  file("/srv/cut/dump.rdb", "REDI");
  file("/srv/R/library/base/R/base.rdb", "x\x9c\xED");
  file("/srv/office/types.rdb", "UNOIDL\xFF");
  file("/srv/shifted/dump.rdb", " REDIS");
  lab.file("/srv/empty/dump.rdb");
  lab.directory("/srv/fifo");
  REQUIRE(::mkfifo(lab.at("/srv/fifo/dump.rdb").c_str(), 0600) == 0);
  DataInput input = input_for(lab);
  input.recognitions.resize(1);
  input.recognitions[0].markers = {{"*.rdb=REDIS"}};
  const DataOutput output = lab.inspect(input);
  CHECK(found(lab, output) == Places{"mysql /srv/redis"});
  CHECK(problems(output).empty());
}

TEST_CASE("configuration leads to data that the search leaves out") {
  REQUIRE_LAB();
  Lab lab;
  lab.file("/usr/ram/x/ibdata1");
  CHECK(lab.inspect(input_for(lab)).directories.empty());
  SECTION("named by a file") { lab.file("/etc/mysql/my.cnf", "[mysqld]\ndatadir = /usr/ram/x\n"); }
  SECTION("named by a file's directory") { lab.file("/etc/mysql/my.cnf", "[mysqld]\ndatadir = /usr/ram/x/ibdata1\n"); }
  const DataOutput output = lab.inspect(input_for(lab));
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /usr/ram/x"});
}

TEST_CASE("the host's memory is searched, but is no filesystem that lasts") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/ram");
  const Mounted ram("ram", lab.at("/ram"), "tmpfs", 0, "size=1m");
  lab.file("/ram/x/ibdata1");
  const DataOutput output = lab.inspect(input_for(lab));
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /ram/x"});
  CHECK(output.filesystems.size() == 1);
}

TEST_CASE("memory that another mount hides is no reason not to answer") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/ram");
  const Mounted below("below", lab.at("/ram"), "tmpfs", 0, "size=1m");
  const Mounted above("above", lab.at("/ram"), "tmpfs", 0, "size=1m");
  lab.file("/ram/x/ibdata1");
  const DataOutput output = lab.inspect(input_for(lab));
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /ram/x"});
}

TEST_CASE("memory beneath /sys is the kernel's, and can't be reached: where cgroup v1 is in use") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/sys");
  const Mounted sys("sysfs", lab.at("/sys"), "sysfs", MS_RDONLY, "");
  const Mounted ram("cgroup", lab.at("/sys/fs/cgroup"), "tmpfs", 0, "size=1m");
  CHECK(problems(lab.inspect(input_for(lab))).empty());
}

TEST_CASE("a configuration that is no file, or too long") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/etc/mysql/d.cnf");
  REQUIRE(::mkfifo(lab.at("/etc/mysql/my.cnf").c_str(), 0600) == 0);
  CHECK(problems(lab.inspect(input_for(lab))).empty());
  lab.file("/etc/mysql/long.cnf", std::string(300 * 1024, 'x'));
  CHECK(problems(lab.inspect(input_for(lab))).find("too_big") != std::string::npos);
}

TEST_CASE("mounts in mounts: bind, overlay, and each filesystem once") {
  REQUIRE_LAB();
  Lab lab;
  lab.file("/data/db/ibdata1");
  lab.directory("/bound");
  lab.file("/lower/var/db/ibdata1");
  for (const std::string name : {"/upper", "/work", "/merged"}) lab.directory(name);
  const Mounted bind(lab.at("/data"), lab.at("/bound"), nullptr, MS_BIND, "");
  const Mounted overlay(
      "o", lab.at("/merged"), "overlay", 0,
      "lowerdir=" + lab.at("/lower") + ",upperdir=" + lab.at("/upper") + ",workdir=" + lab.at("/work"));
  DataInput input = input_for(lab);
  CHECK(found(lab, lab.inspect(input)) == Places{"mysql /data/db", "mysql /lower/var/db"});
  input.known_paths = {"/bound/db", "/merged/var/db"};
  const DataOutput output = lab.inspect(input);
  CHECK(problems(output).empty());
  // The bind mount's is the same directory; the overlay's is one of its own, which copies up on writing.
  const Places places = found(lab, output);
  CHECK(places.contains("mysql /bound/db"));
  CHECK(places.contains("mysql /merged/var/db"));
  CHECK_FALSE(places.contains("mysql /data/db"));
  CHECK(output.filesystems.size() == 1);
}

TEST_CASE("a second disk, also where another mount hides it") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/srv");
  const LoopMount disk(lab.scratch().at("second.img"), lab.at("/srv"), "ext4");
  lab.file("/srv/db/ibdata1");
  DataInput input = input_for(lab);
  DataOutput output = lab.inspect(input);
  CHECK(fact_at(lab, output, "/srv/db").device == Known<DeviceNumber>(disk.device()));
  REQUIRE(output.filesystems.size() == 2);
  CHECK(output.filesystems[1].mountpoint == lab.at("/srv"));
  CHECK(output.filesystems[1].has_content == Known<bool>(true));

  const Mounted over("t", lab.at("/srv"), "tmpfs", 0, "");
  output = lab.inspect(input);
  CHECK(output.reports.at(0).health == Health::degraded);
  CHECK_FALSE(output.filesystems.at(1).has_content.known());

  lab.directory("/other");
  const Mounted again(disk.node(), lab.at("/other"), "ext4", 0, "");
  output = lab.inspect(input);
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /other/db"});
}

TEST_CASE("btrfs: only subvolumes are mounted, and st_dev is made up") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/btrfs");
  lab.directory("/home");
  std::string node;
  std::unique_ptr<LoopMount> whole;
  try {
    whole = std::make_unique<LoopMount>(lab.scratch().at("b.img"), lab.at("/btrfs"), "btrfs");
    test::run({"btrfs", "subvolume", "create", lab.at("/btrfs/@a")});
    test::run({"btrfs", "subvolume", "create", lab.at("/btrfs/@b")});
  } catch (const std::exception& error) {
    WARN(std::string("SKIP: needs btrfs: ") + error.what());
    return;
  }
  lab.file("/btrfs/@a/db/ibdata1");
  lab.file("/btrfs/@b/db/ibdata1");
  const Mounted a(whole->node(), lab.at("/home"), "btrfs", 0, "subvol=@a");
  SECTION("all of it") {
    CHECK(found(lab, lab.inspect(input_for(lab))) == Places{"mysql /btrfs/@a/db", "mysql /btrfs/@b/db"});
  }
  SECTION("one subvolume alone") {
    REQUIRE(::umount(lab.at("/btrfs").c_str()) == 0);
    const DataOutput output = lab.inspect(input_for(lab));
    CHECK(problems(output).empty());
    CHECK(found(lab, output) == Places{"mysql /home/db"});
    const DataDirectoryFact& fact = fact_at(lab, output, "/home/db");
    REQUIRE(fact.device.known());
    CHECK(fact.device.value().major == 0);
    CHECK(fact.device == Known<DeviceNumber>(output.filesystems.at(1).device));
    CHECK(makedev(fact.device.value().major, fact.device.value().minor) != fact.st_dev);
  }
}

TEST_CASE("a disk that only another mount namespace has") {
  REQUIRE_LAB();
  Lab lab;
  lab.directory("/private");
  // A privileged container: its mounts are its own.
  const std::string node = [&] {
    const LoopMount made(lab.scratch().at("p.img"), lab.at("/private"), "ext4");
    lab.file("/private/db/ibdata1");
    return made.node();
  }();
  const Fd image(::open(lab.scratch().at("p.img").c_str(), O_RDONLY | O_CLOEXEC));
  const Waiting container([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      throw std::exception();
    test::run({"mount", "-o", "loop", lab.scratch().at("p.img"), lab.at("/private")});
    if (::chroot(lab.at("").c_str()) != 0 || ::chdir("/private/db") != 0) throw std::exception();
  });
  lab.admit(container.pid());
  DataInput input = input_for(lab);
  CHECK(lab.inspect(input).directories.empty());
  input.mount_namespaces.push_back({4242, container.pid()});
  const DataOutput output = lab.inspect(input);
  CHECK(problems(output).empty());
  CHECK(found(lab, output) == Places{"mysql /private/db"});
  CHECK(fact_at(lab, output, "/private/db").mnt_ns == 4242);
  CHECK(output.filesystems.size() == 2);
}

TEST_CASE("who uses a data directory") {
  REQUIRE_LAB();
  Lab lab;
  lab.file("/srv/db/ibdata1");
  lab.file("/srv/db/shop/orders.ibd");
  lab.file("/srv/other/ibdata1");
  const Waiting worker([&] {
    if (::chroot(lab.at("").c_str()) != 0 || ::chdir("/srv/db/shop") != 0) throw std::exception();
  });
  lab.admit(worker.pid());
  DataInput input = input_for(lab);
  ProcessFact process;
  process.pid = worker.pid();
  process.service = "mysql";
  process.cwd = "/";
  process.ns.mnt = lab.mnt_ns();
  SECTION("its working directory, by the link itself") {
    process.cwd = "/gone";
    input.processes = {process};
    CHECK(uses(fact_at(lab, lab.inspect(input), "/srv/db"), worker.pid()) == Places{"cwd"});
  }
  SECTION("its arguments, as seen from its root") {
    process.data_paths = {"/srv/other"};
    input.processes = {process};
    const DataOutput output = lab.inspect(input);
    CHECK(uses(fact_at(lab, output, "/srv/other"), worker.pid()) == Places{"argument"});
    CHECK(uses(fact_at(lab, output, "/srv/db"), worker.pid()) == Places{"cwd"});
  }
  SECTION("open files and busy directories, as seen in the namespace") {
    OpenFileFact file;
    file.pid = worker.pid();
    file.how = "map";
    file.path = lab.at("/srv/db/shop/orders.ibd");
    input.open_files = {file};
    input.busy_directories = {{lab.at("/srv/other"), 77, lab.mnt_ns(), false},
                              {lab.at("/srv"), 78, lab.mnt_ns(), true}};
    const DataOutput output = lab.inspect(input);
    CHECK(uses(fact_at(lab, output, "/srv/db"), worker.pid()) == Places{"map"});
    CHECK(uses(fact_at(lab, output, "/srv/other"), 77) == Places{"fd"});
    CHECK(uses(fact_at(lab, output, "/srv/other"), 78).empty());  // above is not in it
  }
  SECTION("a process that has ended") {
    process.pid = 0x3FFFFFFF;
    process.data_paths = {"/srv/db"};
    input.processes = {process};
    const DataOutput output = lab.inspect(input);
    CHECK(problems(output).empty());
    CHECK(fact_at(lab, output, "/srv/db").uses.empty());
  }
}

TEST_CASE("who has a marker locked, by each kind of lock") {
  REQUIRE_LAB();
  Lab lab;
  lab.file("/srv/db/ibdata1");
  const std::string path = lab.at("/srv/db/ibdata1");
  struct flock whole {};
  whole.l_type = F_WRLCK;
  const auto inspect_with = [&](const std::function<void()>& prepare) {
    const Waiting holder(prepare);
    const DataOutput output = lab.inspect(input_for(lab));
    const DataDirectoryFact& fact = fact_at(lab, output, "/srv/db");
    REQUIRE(fact.uses.size() == 1);
    CHECK(fact.uses[0].how == "lock");
    CHECK(fact.uses[0].file == path);
    return fact.uses[0].pid == holder.pid();
  };
  CHECK(inspect_with([&] {
    if (::fcntl(::open(path.c_str(), O_RDWR), F_SETLK, &whole) != 0) throw std::exception();
  }));
  CHECK(inspect_with([&] {
    if (::flock(::open(path.c_str(), O_RDONLY), LOCK_SH) != 0) throw std::exception();
  }));
  CHECK_FALSE(inspect_with([&] {  // nobody's in particular
    if (::fcntl(::open(path.c_str(), O_RDWR), F_OFD_SETLK, &whole) != 0) throw std::exception();
  }));
}

TEST_CASE("what can't be seen is said") {
  REQUIRE_LAB();
  Lab lab;
  lab.file("/srv/db/ibdata1");
  DataInput input = input_for(lab);
  SECTION("no time") {
    input.deadline_ms = 0;
    CHECK(lab.inspect(input).reports.at(0).health == Health::degraded);
  }
  SECTION("no PID 1") {
    std::filesystem::remove(lab.scratch().at("proc/1"));
    const DataOutput output = lab.inspect(input);
    CHECK(output.reports.at(0).health == Health::failed);
    CHECK(problems(output).find("PID 1") != std::string::npos);
  }
  SECTION("no locks") {
    std::filesystem::remove(lab.scratch().at("proc/locks"));
    CHECK(lab.inspect(input).reports.at(0).health == Health::degraded);
  }
}

TEST_CASE("very many directories: the search ends, the shallow ones first") {
  REQUIRE_LAB();
  Lab lab;
  for (const std::string shared : {"/tmp/", "/var/tmp/"}) {
    lab.directory(shared);
    REQUIRE(::chmod(lab.at(shared).c_str(), 01777) == 0);
    for (int i = 0; i < 20'500; ++i) {
      REQUIRE(::mkdir(lab.at(shared + "d" + std::to_string(i)).c_str(), 0700) == 0);
    }
  }
  lab.file("/srv/x/db/ibdata1");
  const DataOutput output = lab.inspect(input_for(lab));
  CHECK(problems(output).empty());  // what anybody may fill must not keep the host from an answer
  CHECK(found(lab, output) == Places{"mysql /srv/x/db"});
}

}  // namespace
}  // namespace guardd
