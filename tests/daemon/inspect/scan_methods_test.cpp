// SPDX-License-Identifier: Apache-2.0
// The two ways to learn of open descriptors, the kernel's iterator and readlink(2) of each, must tell the same.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/facts_json.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/process_scanner.hpp"
#include "daemon/inspect/task_file_iterator.hpp"
#include "tests/daemon/inspect/holder.hpp"
#include "tests/daemon/inspect/iterator_bytes.hpp"
#include "tests/temporary_directory.hpp"

using namespace guardd;
using guardd::test::Holder;
using guardd::test::IteratorBytes;
using guardd::test::tables_of;
using guardd::test::TemporaryDirectory;
using nlohmann::json;

namespace {

/// Names that no service of the machine has.
std::vector<Recognition> recognitions() {
  Recognition mysql;
  mysql.service = "mysql";
  mysql.executables = {"gd-scan-mariadbd"};
  mysql.data_files = {"gd-scan-ibdata1", "*.gd-scan-ibd"};
  return {mysql};
}

const Result<Fd>& iterator() {
  static const Result<Fd> link = walk::load_task_file_iterator();
  return link;
}

bool skipped() {
  if (iterator()) return false;
  WARN("SKIP: needs a BPF iterator: " + iterator().error().message);
  return true;
}

ProcessesOutput look_by_iterator() {
  return inspect_processes({recognitions(), 20'000, false}, HostRoot{}, walk::iterator_at_hand(iterator()));
}
ProcessesOutput look_by_readlink() { return inspect_processes({recognitions(), 20'000, true}, HostRoot{}); }

/// Everything that was seen of what lies in a directory, and of the processes that use it. Whoever uses a directory
/// first stands for all others: who that is depends on the threads of the walk.
json seen_of(const ProcessesOutput& output, const std::string& directory) {
  std::set<std::int32_t> pids;
  std::set<json> files;
  for (const OpenFileFact& file : output.open_files) {
    if (!file.path.starts_with(directory)) continue;
    files.insert(json(file));
    pids.insert(file.pid);
  }
  std::set<json> devices;
  for (const OpenDeviceFact& device : output.open_devices) {
    if (device.exe != std::filesystem::canonical(GUARDD_HOLDER)) continue;
    devices.insert(json(device));
    pids.insert(device.pid);
  }
  std::set<json> processes;
  for (ProcessFact process : output.processes) {
    if (!pids.contains(process.pid)) continue;
    std::sort(process.socket_inodes.begin(), process.socket_inodes.end());
    processes.insert(json(process));
  }
  std::set<json> busy;
  for (const BusyDirectory& used : output.busy_directories) {
    if (used.path.starts_with(directory))
      busy.insert({{"path", used.path}, {"mnt_ns", used.mnt_ns}, {"cwd", used.cwd}});
  }
  std::set<json> problems;
  for (const InspectorReport& report : output.reports) {
    for (const std::string& problem : report.problems) {
      if (problem.find("(holder)") != std::string::npos) problems.insert(report.name + ": " + problem);
    }
  }
  return {{"files", files}, {"devices", devices}, {"processes", processes}, {"busy", busy}, {"problems", problems}};
}

class Directory : public TemporaryDirectory {
 public:
  std::string data(const std::string& name) const { return file(name, std::string(8192, 'x')); }
};

/// A file that is its own inode's only name again and again, in a path of that many bytes.
std::string long_path(const Directory& directory, std::size_t length) {
  std::string name;
  while (directory.path().size() + 1 + name.size() + 60 < length) name += std::string(40, 'p') + "/";
  const std::string last = "x.gd-scan-ibd";
  return directory.data(name + std::string(length - directory.path().size() - 1 - name.size() - last.size(), 'q') +
                        last);
}

}  // namespace

TEST_CASE("both ways of scanning tell the same of a busy host") {
  if (skipped()) return;
  const Directory directory;
  const std::string deleted = directory.data("deleted/gd-scan-ibdata1");
  const std::string odd = directory.data("a\nb\x1b[2J\xff\\012 (deleted)/gd-scan-ibdata1");
  const std::string program = directory.at("gd-scan-mariadbd");
  std::filesystem::copy_file(GUARDD_HOLDER, program);
  std::filesystem::create_directories(directory.at("root/data"));
  directory.data("root/data/gd-scan-ibdata1");
  for (const std::string part : {"lower", "upper", "work", "merged"}) directory.directory("overlay/" + part);
  directory.data("overlay/lower/gd-scan-ibdata1");
  const std::string fifo = directory.at("x.gd-scan-ibd");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const std::string short_of = long_path(directory, GUARDD_ROW_PATH_BYTES - 1);
  const std::string just = long_path(directory, GUARDD_ROW_PATH_BYTES);
  const std::string past = long_path(directory, 1500);

  const Holder many({"many", directory.directory("many"), "700", "sockets", "300", "pipes", "300", "open-rw",
                     directory.data("many.gd-scan-ibd")});
  const Holder names({"open-rw", odd,         "open-rw",   deleted,
                      "unlink",  deleted,     "open-path", directory.data("p.gd-scan-ibd"),
                      "open",    fifo,        "open",      directory.path(),
                      "open",    "/dev/null", "memfd",     "gd-scan-ibdata1",
                      "open",    short_of,    "open",      just,
                      "open",    past});
  const Holder service(
      {"open-rw", directory.data("service/gd-scan-ibdata1"), "chdir", directory.at("service"), "listen"}, program);
  const Holder leaderless({"open-rw", directory.data("l.gd-scan-ibd"), "leader-exits"});
  const Holder apart({"private", directory.data("t.gd-scan-ibd")});
  const Holder sibling({"sibling", directory.data("s.gd-scan-ibd")});
  REQUIRE((many.ready() && names.ready() && service.ready() && leaderless.ready() && apart.ready() && sibling.ready()));
  const Holder ring({"ring", directory.data("r.gd-scan-ibd")});
  if (!ring.ready()) WARN("SKIP: this machine allows no io_uring");
  const Holder rooted({"own-root", directory.at("root"), "open-rw", "/data/gd-scan-ibdata1"});
  if (!rooted.ready()) WARN("SKIP: a mount namespace can't be made here");
  const Holder overlay({"overlay", directory.at("overlay"), "open-rw", directory.at("overlay/merged/gd-scan-ibdata1")});
  if (!overlay.ready()) WARN("SKIP: an overlay can't be mounted here");
  const Holder disk({"open", "/dev/loop0"});
  if (!disk.ready()) WARN("SKIP: there is no loop device here");
  const Holder deep({"deep", directory.directory("deep"), "gd-scan-ibdata1"});
  REQUIRE(deep.ready());

  const auto by_iterator = look_by_iterator();
  const auto by_readlink = look_by_readlink();
  CHECK(by_iterator.scan.method == "bpf_iterator");
  CHECK(by_iterator.scan.why_not.empty());
  CHECK(by_readlink.scan.method == "readlink");
  const json told = seen_of(by_iterator, directory.path());
  CHECK(told == seen_of(by_readlink, directory.path()));
  CHECK(by_iterator.descriptors_seen >= 2000);

  // That they agree is worth something only when they saw it all.
  CAPTURE(told.dump(1, ' ', false, json::error_handler_t::replace));
  std::set<std::string> paths;
  for (const OpenFileFact& file : by_iterator.open_files) {
    if (file.path.starts_with(directory.path())) paths.insert(file.path);
  }
  std::set<std::string> expected{odd,
                                 deleted,
                                 short_of,
                                 just,
                                 past,
                                 directory.at("many.gd-scan-ibd"),
                                 directory.at("p.gd-scan-ibd"),
                                 directory.at("service/gd-scan-ibdata1"),
                                 directory.at("l.gd-scan-ibd"),
                                 directory.at("t.gd-scan-ibd"),
                                 directory.at("s.gd-scan-ibd")};
  if (ring.ready()) expected.insert(directory.at("r.gd-scan-ibd"));
  if (rooted.ready()) expected.insert(directory.at("root/data/gd-scan-ibdata1"));
  if (overlay.ready()) expected.insert(directory.at("overlay/merged/gd-scan-ibdata1"));
  CHECK(paths == expected);
  CHECK(told["devices"].empty() != disk.ready());
  // Its path does not fit anywhere, and so what it is isn't known.
  CHECK(told["problems"].size() == 1);
}

TEST_CASE("without an iterator the walk goes by readlink, and says why") {
  const Directory directory;
  const std::string file = directory.data("gd-scan-ibdata1");
  const Holder holder({"open-rw", file});
  REQUIRE(holder.ready());
  const auto check_found = [&](const ProcessesOutput& output, const std::string& why) {
    CHECK(output.scan.method == "readlink");
    CHECK(output.scan.why_not.find(why) != std::string::npos);
    CHECK(seen_of(output, directory.path())["files"].size() == 1);
  };
  const auto look_with = [](const walk::IteratorAtHand& at_hand, bool readlink_only = false) {
    return inspect_processes({recognitions(), 20'000, readlink_only}, HostRoot{}, at_hand);
  };
  SECTION("none was loaded") {
    check_found(look_with(walk::iterator_at_hand(Error{"eperm", "locked down"})), "locked down");
  }
  SECTION("the link is not one") {
    const Result<Fd> null(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
    check_found(look_with(walk::iterator_at_hand(null)), "Invalid argument");
  }
  SECTION("it is not wanted") {
    check_found(look_with({[](auto) { return tables_of({}); }, ""}, true), "configured");
  }
  SECTION("its pass is cut short") {
    const auto cut = [](auto) { return tables_of(IteratorBytes().path(1, 1, 3, "/x").bytes()); };
    check_found(look_with({cut, ""}), "cut short");
  }
  SECTION("its pass is rubbish") {
    check_found(look_with({[](auto) { return tables_of({'x'}); }, ""}), "something else than rows");
  }
}

TEST_CASE("a pass that takes too long is none") {
  if (skipped()) return;
  const auto tables = walk::pass_over_task_files(iterator()->get(), 0);
  REQUIRE_FALSE(tables.ok());
  CHECK(tables.error().code == "late");
}

namespace {

/// What a scanner makes of one process and a pass that told of it as given.
class OneProcess {
 public:
  explicit OneProcess(pid_t pid) : pid_(pid), proc_(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    walk::TextBuffer text;
    REQUIRE(text.read_file(proc_.get(), (std::to_string(pid) + "/stat").c_str(), 8192) == 0);
    start_ticks_ = parse_stat(text.text())->start_ticks;
  }
  [[nodiscard]] std::uint32_t number() const { return static_cast<std::uint32_t>(pid_); }
  [[nodiscard]] std::uint64_t start_ticks() const { return start_ticks_; }
  /// Which of its descriptors has this file; what else it has, it inherited from whoever runs the tests.
  [[nodiscard]] std::uint32_t descriptor_of(const std::string& path) const {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry, gone) == path)
        return static_cast<std::uint32_t>(std::stoul(entry.path().filename()));
    }
    FAIL("it has no descriptor of " << path);
    return 0;
  }

  [[nodiscard]] walk::Findings scan(const IteratorBytes& bytes) const {
    const std::vector<Recognition> known = recognitions();
    const walk::NameMatcher names(known);
    const walk::ServiceMatcher services(known);
    const auto tables = tables_of(bytes.bytes());
    REQUIRE(tables.ok());
    walk::WalkContext context{known, names, services, proc_.get()};
    context.deadline_us = monotonic_now_us() + 20'000'000;
    context.tables = &*tables;
    walk::Findings findings;
    walk::ProcessScanner(context, findings).scan(pid_);
    return findings;
  }

 private:
  pid_t pid_;
  Fd proc_;
  std::uint64_t start_ticks_ = 0;
};

std::set<std::string> paths_in(const walk::Findings& findings) {
  std::set<std::string> paths;
  for (const OpenFileFact& file : findings.open_files) paths.insert(file.path);
  return paths;
}

}  // namespace

TEST_CASE("a file that changes hands during the look is found with whom it has come to") {
  const Directory directory;
  const std::string file = directory.data("gd-scan-ibdata1");
  const Holder before({"open", "/dev/null"});
  const Holder after({"open-rw", file, "open", "/dev/null"});
  REQUIRE((before.ready() && after.ready()));
  const OneProcess giver(before.pid());
  const OneProcess taker(after.pid());
  int passes = 0;
  // The first pass sees the file with the one, which has it no longer when it is looked at, and not with the other.
  const auto pass = [&](auto) {
    const bool first = ++passes == 1;
    IteratorBytes bytes;
    if (first) bytes.path(giver.number(), giver.start_ticks(), 1077, file);
    bytes.path(taker.number(), taker.start_ticks(), 3, first ? "/dev/null" : file);
    return tables_of(bytes.end(2).bytes());
  };
  const auto output = inspect_processes({recognitions(), 20'000, false}, HostRoot{}, walk::IteratorAtHand{pass, ""});
  CHECK(passes == 2);
  const json seen = seen_of(output, directory.path());
  REQUIRE(seen["files"].size() == 1);
  CHECK(seen["files"][0]["pid"] == after.pid());
  CHECK(seen["processes"].size() == 1);
}

TEST_CASE("a second look at a process takes the place of the first, unless it has ended") {
  const auto file = [](std::int32_t pid, const char* path) {
    OpenFileFact made;
    made.pid = pid;
    made.path = path;
    return made;
  };
  walk::Findings first;
  walk::Findings second;
  walk::Findings again;
  first.open_files = {file(1, "/old"), file(2, "/kept")};
  second.open_files = {file(1, "/older")};
  again.processes.emplace_back().pid = 1;
  again.open_files = {file(1, "/new")};
  walk::replace_facts({&first, &second}, std::move(again));
  CHECK(paths_in(first) == std::set<std::string>{"/kept", "/new"});
  CHECK(second.open_files.empty());
}

TEST_CASE("what changed since the pass is read as it is now") {
  const Directory directory;
  const std::string one = directory.data("one.gd-scan-ibd");
  const std::string two = directory.data("two.gd-scan-ibd");
  const Holder holder({"open-rw", one, "open-rw", two, "listen"});
  REQUIRE(holder.ready());
  const OneProcess process(holder.pid());
  const auto number = process.number();
  const auto start = process.start_ticks();
  const std::uint32_t first = process.descriptor_of(one);
  const std::uint32_t second = process.descriptor_of(two);
  const std::set<std::string> both{one, two};

  SECTION("as it was") {
    const auto found =
        process.scan(IteratorBytes().path(number, start, first, one).path(number, start, second, two).end(2));
    CHECK(paths_in(found) == both);
  }
  SECTION("the pass is what counts where nothing contradicts it") {
    const auto found = process.scan(IteratorBytes().path(number, start, first, one).end(1));
    CHECK(paths_in(found) == std::set<std::string>{one});
  }
  SECTION("a descriptor leads to another file") {
    const auto found =
        process.scan(IteratorBytes().socket(number, start, 1009, 4711).path(number, start, first, two).end(2));
    CHECK(paths_in(found) == both);
    REQUIRE(found.processes.size() == 1);
    CHECK(found.processes[0].socket_inodes.size() == 1);
    CHECK(found.processes[0].socket_inodes[0] != 4711);
  }
  SECTION("a descriptor is closed") {
    const auto found = process.scan(IteratorBytes().path(number, start, 1077, one).end(1));
    CHECK(paths_in(found) == both);
  }
  SECTION("an io_uring is none any more") {
    const auto found = process.scan(IteratorBytes().ring(number, start, first).end(1));
    CHECK(paths_in(found) == both);
  }
  SECTION("the process has the number of another") {
    const auto found = process.scan(IteratorBytes().path(number, start - 1, 3, "/x").end(1));
    CHECK(paths_in(found) == both);
  }
  SECTION("the pass did not see it") {
    CHECK(paths_in(process.scan(IteratorBytes().path(1, 1, 3, "/x").end(1))) == both);
  }
  SECTION("a path that the pass could not tell") {
    const auto found = process.scan(IteratorBytes().untold(number, start, second).end(1));
    CHECK(paths_in(found) == std::set<std::string>{two});
  }
}
