// SPDX-License-Identifier: Apache-2.0
// The walk over made-up trees: what no test can do to the processes of a real machine.
#include <catch2/catch.hpp>
#include <string>

#include "daemon/inspect/inspectors.hpp"
#include "tests/daemon/inspect/fake_proc.hpp"

using namespace guardd;
using guardd::test::FakeProc;

namespace {

const std::string map_line = "1000-2000 r--p 00000000 00:2a 9 ";

/// A /proc of whole processes; the tests break them one thing at a time.
class Tree : public FakeProc {
 public:
  Tree() { process("1", "init"); }

  void process(const std::string& pid, const std::string& comm, int ns_base = 100) const {
    thread(pid, comm, ns_base);
    directory(pid + "/task/" + pid);
  }
  /// What /proc/PID and /proc/PID/task/TID have both.
  void thread(const std::string& path, const std::string& comm, int ns_base = 100) const {
    stat(path, comm, "S", "4194560", 1);
    file(path + "/cmdline", comm + std::string(1, '\0'));
    file(path + "/status", "Name:\tx\nUid:\t5\t6\t7\t8\nCapEff:\t0\n");
    file(path + "/cgroup", "0::/system.slice/" + comm + ".service\n");
    file(path + "/maps", map_line + "/usr/lib/libc.so.6\n");
    file(path + "/mountinfo", "29 1 253:3 / / rw,relatime - ext4 /dev/vda3 rw\n");
    link(path + "/exe", "/usr/sbin/" + comm);
    link(path + "/cwd", "/srv/" + comm);
    link(path + "/root", "/");
    namespaces(path, ns_base);
    directory(path + "/fd");
  }
  void stat(const std::string& path, const std::string& comm, const std::string& state, const std::string& flags,
            int threads) const {
    const std::string pid = path.substr(path.rfind('/') + 1);
    file(path + "/stat", pid + " (" + comm + ") " + state + " 1 1 1 0 -1 " + flags + " 0 0 0 0 0 0 0 0 20 0 " +
                             std::to_string(threads) + " 0 " + pid + "00 0 0\n");
  }
  void descriptor(const std::string& process, const std::string& number, const std::string& target) const {
    link(process + "/fd/" + number, target);
    file(process + "/fdinfo/" + number, "pos:\t0\nflags:\t0100002\nmnt_id:\t29\nino:\t77\n");
  }
  [[nodiscard]] ProcessesOutput look() const {
    Recognition mysql;
    mysql.service = "mysql";
    mysql.executables = {"mariadbd"};
    mysql.data_files = {"ibdata1"};
    HostRoot host;
    host.proc = root();
    return inspect_processes({{mysql}, 20'000}, host);
  }
};

const InspectorReport& report(const ProcessesOutput& output, const std::string& name) {
  for (const InspectorReport& candidate : output.reports) {
    if (candidate.name == name) return candidate;
  }
  throw std::runtime_error("no report " + name);
}

void check_degraded(const ProcessesOutput& output, const std::string& inspector, const std::string& problem) {
  const InspectorReport& found = report(output, inspector);
  CHECK(found.health == Health::degraded);
  REQUIRE(found.problems.size() == 1);
  CHECK(found.problems[0].find(problem) != std::string::npos);
  CHECK(report(output, inspector == "processes" ? "open_files" : "processes").health == Health::ok);
}

void check_ok(const ProcessesOutput& output) {
  for (const InspectorReport& found : output.reports) {
    CAPTURE(found.name, found.problems);
    CHECK(found.health == Health::ok);
  }
}

}  // namespace

TEST_CASE("a host where all is readable: a service with its unit, its file and its filesystem") {
  const Tree tree;
  tree.process("812", "mariadbd");
  tree.descriptor("812", "3", "/nonexistent/ibdata1");
  tree.descriptor("812", "4", "socket:[4711]");
  tree.process("900", "sshd");
  const auto output = tree.look();
  check_ok(output);
  REQUIRE(output.processes.size() == 1);
  const ProcessFact& process = output.processes[0];
  CHECK(process.pid == 812);
  CHECK(process.ppid == 1);
  CHECK(process.start_ticks == 81200);
  CHECK(process.service == "mysql");
  CHECK(process.unit == "mariadbd.service");
  CHECK(process.cgroup == "/system.slice/mariadbd.service");
  CHECK(process.uid == 6);
  CHECK(process.cwd == "/srv/mariadbd");
  CHECK(process.socket_inodes == std::vector<std::uint64_t>{4711});
  CHECK_FALSE(process.contained);
  REQUIRE(output.open_files.size() == 1);
  REQUIRE(output.open_files[0].device.known());
  CHECK(output.open_files[0].device.value() == DeviceNumber{253, 3});
  CHECK(output.open_files[0].inode == 77);
  CHECK(output.open_files[0].writable);
  CHECK(output.processes_seen == 3);
  CHECK(output.descriptors_seen == 2);
  REQUIRE(output.mount_namespaces.size() == 1);
  CHECK(output.mount_namespaces[0].pid == 1);
  CHECK(output.busy_directories_complete);
}

TEST_CASE("a mount that the holder's table lacks leaves the device unknown, and says why") {
  const Tree tree;
  tree.process("812", "mariadbd");
  tree.descriptor("812", "3", "/nonexistent/ibdata1");
  tree.file("812/mountinfo", "30 1 253:3 / / rw,relatime - ext4 /dev/vda3 rw\n");
  auto output = tree.look();
  REQUIRE(output.open_files.size() == 1);
  REQUIRE_FALSE(output.open_files[0].device.known());
  CHECK(output.open_files[0].device.why().find("29") != std::string::npos);

  tree.file("812/mountinfo", "29 1 253:3 / / rw,relatime - ext4\n");
  output = tree.look();
  REQUIRE(output.open_files.size() == 1);
  CHECK_FALSE(output.open_files[0].device.known());

  tree.file("812/fdinfo/3", "pos:\t0\nflags:\t0100002\n");
  output = tree.look();
  REQUIRE(output.open_files.size() == 1);
  CHECK(output.open_files[0].mount_id == -1);
  CHECK_FALSE(output.open_files[0].device.known());
}

TEST_CASE("open files that can't be read are a problem of their inspector alone") {
  const Tree tree;
  tree.process("900", "sshd");
  SECTION("the table") {
    tree.remove("900/fd");
    tree.file("900/fd", "");
    check_degraded(tree.look(), "open_files", "process 900 (sshd): cannot read its open files: fd: Not a directory");
  }
  SECTION("a descriptor") {
    tree.file("900/fd/5", "");
    check_degraded(tree.look(), "open_files", "fd/5: Invalid argument");
  }
  SECTION("the maps") {
    tree.file("900/maps", "rubbish\n");
    check_degraded(tree.look(), "open_files", "maps: cannot read the line \"rubbish\"");
  }
  SECTION("the end of the maps") {
    tree.file("900/maps", map_line + "/var/lib/mysql/ibd");
    check_degraded(tree.look(), "open_files", "maps: a line without an end");
  }
  SECTION("the working directory") {
    tree.remove("900/cwd");
    tree.file("900/cwd", "");
    check_degraded(tree.look(), "open_files", "cwd: Invalid argument");
  }
}

TEST_CASE("what a process is and that can't be read is a problem of its inspector alone") {
  const Tree tree;
  tree.process("900", "mariadbd");
  SECTION("the program") {
    tree.remove("900/exe");
    tree.file("900/exe", "");
    const auto output = tree.look();
    check_degraded(output, "processes", "process 900 (mariadbd): cannot read what it is: exe");
    CHECK(output.processes.size() == 1);
  }
  SECTION("the stat") {
    tree.file("900/stat", "900 mariadbd");
    check_degraded(tree.look(), "processes", "stat: ");
  }
  SECTION("the namespace") {
    tree.link("900/ns/mnt", "net:[5]");
    check_degraded(tree.look(), "processes", "ns/mnt");
  }
  SECTION("the command line") {
    tree.remove("900/cmdline");
    tree.directory("900/cmdline");
    check_degraded(tree.look(), "processes", "cmdline: Is a directory");
  }
  SECTION("the cgroup") {
    tree.file("900/cgroup", "rubbish\n");
    check_degraded(tree.look(), "processes", "cgroup: ");
  }
  SECTION("its user") {
    tree.file("900/status", "");
    check_degraded(tree.look(), "processes", "status: ");
  }
  SECTION("a command line longer than is read") {
    tree.file("900/cmdline", std::string(std::size_t{300} * 1024, 'x'));
    check_degraded(tree.look(), "processes", "too long");
  }
}

TEST_CASE("kernel threads and processes that ended hold nothing, and hide nothing") {
  const Tree tree;
  tree.stat("2", "kthreadd", "S", "2129984", 1);
  tree.stat("900", "dead", "Z", "4194560", 1);
  tree.directory("901");  // gone between the list and the look
  const auto output = tree.look();
  check_ok(output);
  CHECK(output.processes.empty());
}

TEST_CASE("an exited leader: a living thread is looked at in its place") {
  const Tree tree;
  tree.stat("900", "x", "Z", "4194560", 2);
  tree.stat("900/task/900", "x", "Z", "4194560", 2);
  tree.stat("900/task/901", "x", "X", "4194560", 2);
  tree.thread("900/task/902", "mariadbd");
  tree.descriptor("900/task/902", "3", "/nonexistent/ibdata1");
  const auto output = tree.look();
  check_ok(output);
  REQUIRE(output.open_files.size() == 1);
  CHECK(output.open_files[0].pid == 900);
  CHECK(output.open_files[0].device.known());
  REQUIRE(output.processes.size() == 1);
  CHECK(output.processes[0].service == "mysql");
}

TEST_CASE("an exited leader whose threads can't be caught may hold anything") {
  const Tree tree;
  tree.stat("900", "x", "Z", "4194560", 2);
  tree.stat("900/task/900", "x", "Z", "4194560", 2);
  SECTION("one that ended while it was listed") {
    tree.directory("900/task/901");
    check_degraded(tree.look(), "open_files", "its threads come and go");
  }
  SECTION("none that was listed") { check_degraded(tree.look(), "open_files", "its threads come and go"); }
  SECTION("all have exited, and wait for a debugger") {
    tree.stat("900/task/901", "x", "Z", "4194560", 2);
    check_ok(tree.look());
  }
}

TEST_CASE("where the kernel doesn't say what threads share, each is looked at") {
  const Tree tree;
  tree.process("900", "x");
  tree.stat("900", "x", "S", "4194560", 2);
  tree.thread("900/task/901", "x");
  tree.descriptor("900/task/901", "3", "/nonexistent/ibdata1");
  tree.link("900/task/901/cwd", "/srv/elsewhere");
  const auto output = tree.look();
  check_ok(output);
  REQUIRE(output.open_files.size() == 1);
  CHECK(output.open_files[0].pid == 900);
  bool busy = false;
  for (const BusyDirectory& directory : output.busy_directories) busy = busy || directory.path == "/srv/elsewhere";
  CHECK(busy);
}

TEST_CASE("a thread with a mount namespace of its own is a sample of it") {
  const Tree tree;
  tree.process("900", "x");
  tree.stat("900", "x", "S", "4194560", 2);
  tree.thread("900/task/901", "x", 300);
  tree.link("900/task/901/cwd", "/srv/elsewhere");
  const auto output = tree.look();
  check_ok(output);
  REQUIRE(output.mount_namespaces.size() == 2);
  CHECK(output.mount_namespaces[1].pid == 901);
  CHECK(output.mount_namespaces[1].inode == 303);
  REQUIRE_FALSE(output.busy_directories.empty());
  for (const BusyDirectory& directory : output.busy_directories) {
    if (directory.path == "/srv/elsewhere") CHECK(directory.mnt_ns == 303);
  }
}

TEST_CASE("a container's process, and a mount namespace of which only it is a sample") {
  const Tree tree;
  tree.process("900", "mariadbd", 200);
  tree.process("901", "mariadbd", 200);
  tree.link("900/root", "/chroot");
  const auto output = tree.look();
  check_ok(output);
  REQUIRE(output.processes.size() == 2);
  CHECK(output.processes[0].contained);
  REQUIRE(output.mount_namespaces.size() == 2);
  CHECK(output.mount_namespaces[0].pid == 1);
  CHECK(output.mount_namespaces[0].inode == 103);
  CHECK(output.mount_namespaces[1].pid == 901);
  CHECK(output.mount_namespaces[1].inode == 203);
}

TEST_CASE("while PID 1's namespaces are unknown every process counts as a container's") {
  const Tree tree;
  tree.process("900", "mariadbd");
  tree.link("1/ns/user", "rubbish");
  const auto output = tree.look();
  REQUIRE(output.processes.size() == 1);
  CHECK(output.processes[0].contained);
}

TEST_CASE("the mark of a deleted program belongs to its name no more") {
  const Tree tree;
  tree.process("900", "x");
  tree.link("900/exe", "/usr/sbin/mariadbd (deleted)");
  const auto output = tree.look();
  REQUIRE(output.processes.size() == 1);
  CHECK(output.processes[0].exe == "/usr/sbin/mariadbd");
  CHECK(output.processes[0].exe_deleted);
  CHECK(output.processes[0].matched_by == "executable");
}

TEST_CASE("no /proc at all is a problem of both inspectors") {
  HostRoot host;
  host.proc = "/nonexistent";
  const auto output = inspect_processes({{}, 20'000}, host);
  REQUIRE(output.reports.size() == 2);
  CHECK(output.reports[0].health == Health::degraded);
  CHECK(output.reports[1].health == Health::degraded);
  CHECK(output.processes_seen == 0);
}
