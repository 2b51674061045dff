// SPDX-License-Identifier: Apache-2.0
// The walk over this machine's /proc, with processes that hold things in every way that a database may.
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "daemon/inspect/file_collector.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/task_file_iterator.hpp"
#include "tests/daemon/inspect/fake_proc.hpp"
#include "tests/daemon/inspect/holder.hpp"

using namespace guardd;
using guardd::test::Holder;
using guardd::test::TemporaryDirectory;

namespace {

/// Names that no service of the machine has.
std::vector<Recognition> recognitions() {
  Recognition mysql;
  mysql.service = "mysql";
  mysql.executables = {"gd-test-mariadbd"};
  mysql.datadir_arguments = {"--datadir"};
  mysql.data_files = {"gd-test-ibdata1", "*.gd-test-ibd"};
  return {mysql};
}

/// With the kernel's iterator where it can be had, unless the tests are run for the walk by readlink(2).
ProcessesOutput look(std::int64_t deadline_ms = 20'000) {
  static const Result<Fd> link = walk::load_task_file_iterator();
  const bool readlink_only = !link || std::getenv("GUARDD_TEST_READLINK") != nullptr;
  return inspect_processes({recognitions(), deadline_ms, readlink_only}, HostRoot{}, walk::iterator_at_hand(link));
}

std::vector<OpenFileFact> files_of(const ProcessesOutput& output, pid_t pid) {
  std::vector<OpenFileFact> files;
  for (const OpenFileFact& file : output.open_files) {
    if (file.pid == pid) files.push_back(file);
  }
  return files;
}

const ProcessFact* process_of(const ProcessesOutput& output, pid_t pid) {
  for (const ProcessFact& process : output.processes) {
    if (process.pid == pid) return &process;
  }
  return nullptr;
}

bool mentions(const ProcessesOutput& output, pid_t pid) {
  for (const InspectorReport& report : output.reports) {
    for (const std::string& problem : report.problems) {
      if (problem.find("process " + std::to_string(pid) + " ") != std::string::npos) return true;
    }
  }
  return false;
}

class Directory : public TemporaryDirectory {
 public:
  [[nodiscard]] std::string file(const std::string& name) const {
    const std::string file_path = path() + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(file_path).parent_path());
    std::ofstream(file_path, std::ios::binary) << std::string(8192, 'x');
    return file_path;
  }
  /// A copy of the holder under another name.
  [[nodiscard]] std::string program(const std::string& name) const {
    const std::string program_path = path() + "/" + name;
    std::filesystem::copy_file(GUARDD_HOLDER, program_path);
    return program_path;
  }
};

}  // namespace

TEST_CASE("a data file held open for writing, by a program of any name") {
  const Directory directory;
  const std::string file = directory.file("gd-test-ibdata1");
  const Holder holder({"open-rw", file});
  REQUIRE(holder.ready());
  const auto output = look();
  const auto files = files_of(output, holder.pid());
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == file);
  CHECK(files[0].service == "mysql");
  CHECK(files[0].how == "fd");
  CHECK(files[0].writable);
  CHECK_FALSE(files[0].deleted);
  CHECK(files[0].mount_id > 0);
  CHECK(files[0].device.known());
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK(files[0].inode == status.st_ino);
  CHECK(files[0].st_dev == status.st_dev);

  const ProcessFact* process = process_of(output, holder.pid());
  REQUIRE(process != nullptr);
  CHECK(process->service.empty());
  CHECK(process->matched_by.empty());
  CHECK(process->comm == "holder");
  CHECK(process->exe == std::filesystem::canonical(GUARDD_HOLDER));
  CHECK(process->args == std::vector<std::string>{"holder", "open-rw", file});
  CHECK(process->start_ticks > 0);
  CHECK(process->ns.mnt != 0);
  CHECK(process->ns.pid != 0);
  CHECK(process->uid == ::geteuid());
  CHECK_FALSE(mentions(output, holder.pid()));
  const bool parent_is_busy =
      std::any_of(output.busy_directories.begin(), output.busy_directories.end(),
                  [&directory](const BusyDirectory& busy) { return busy.path == directory.path() && !busy.cwd; });
  CHECK(parent_is_busy);
}

TEST_CASE("reading a data file is using it") {
  const Directory directory;
  const Holder holder({"open", directory.file("db/t.gd-test-ibd")});
  const auto files = files_of(look(), holder.pid());
  REQUIRE(files.size() == 1);
  CHECK_FALSE(files[0].writable);
}

TEST_CASE("an unlinked data file is still in use") {
  const Directory directory;
  const std::string file = directory.file("gd-test-ibdata1");
  const Holder holder({"open-rw", file, "unlink", file});
  REQUIRE(holder.ready());
  const auto files = files_of(look(), holder.pid());
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == file);
  CHECK(files[0].deleted);
  CHECK(files[0].device.known());
}

TEST_CASE("a data file that is mapped and open no more") {
  const Directory directory;
  const std::string file = directory.file("gd-test-ibdata1");
  const Holder holder({"map", file});
  REQUIRE(holder.ready());
  const auto files = files_of(look(), holder.pid());
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == file);
  CHECK(files[0].how == "map");
  CHECK(files[0].writable);
  CHECK(files[0].device.known());
  CHECK(files[0].mount_id > 0);
  CHECK(files[0].st_dev != 0);
}

TEST_CASE("a process whose main thread has exited hides its descriptors and maps from no one") {
  const Directory directory;
  const std::string data = directory.file("gd-test-ibdata1");
  const std::string mapped = directory.file("x.gd-test-ibd");
  const std::string program = directory.program("gd-test-mariadbd");
  const Holder holder({"open-rw", data, "map", mapped, "chdir", directory.path(), "leader-exits"}, program);
  REQUIRE(holder.ready());
  const auto output = look();
  const auto files = files_of(output, holder.pid());
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == data);
  CHECK(files[1].path == mapped);
  const ProcessFact* process = process_of(output, holder.pid());
  REQUIRE(process != nullptr);
  CHECK(process->service == "mysql");
  CHECK(process->exe == program);
  CHECK(process->cwd == directory.path());
  CHECK(process->ns.mnt != 0);
  CHECK_FALSE(mentions(output, holder.pid()));
}

TEST_CASE("a thread with descriptors of its own is looked at too") {
  const Directory directory;
  const std::string file = directory.file("gd-test-ibdata1");
  const Holder holder({"private", file});
  REQUIRE(holder.ready());
  const auto output = look();
  const auto files = files_of(output, holder.pid());
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == file);
  CHECK(files[0].mount_id > 0);
  CHECK(files[0].writable);
}

TEST_CASE("a file that only an io_uring holds") {
  const Directory directory;
  const std::string file = directory.file("a b\nc/gd-test-ibdata1");
  const Holder holder({"ring", file});
  if (!holder.ready()) {
    WARN("skipped: this machine allows no io_uring");
    return;
  }
  const auto output = look();
  const auto files = files_of(output, holder.pid());
  REQUIRE(files.size() == 1);
  CHECK(files[0].how == "io_uring");
  CHECK(files[0].path == file);
  CHECK_FALSE(files[0].device.known());
  CHECK_FALSE(mentions(output, holder.pid()));
}

TEST_CASE("names with newlines, escapes and bytes that are no UTF-8 are names like others") {
  const Directory directory;
  const std::string open = directory.file("a\nb\x1b[2J\xff\\012 (deleted)/gd-test-ibdata1");
  const std::string mapped = directory.file("c\nd\xfe (deleted)/x.gd-test-ibd");
  const std::string cwd = directory.path() + "/e\nf\xc3\x28";
  std::filesystem::create_directory(cwd);
  const Holder holder({"open-rw", open, "map", mapped, "chdir", cwd, "comm", "a) R 1\n\xff\\"});
  REQUIRE(holder.ready());
  const auto output = look();
  const auto files = files_of(output, holder.pid());
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == open);
  CHECK(files[1].path == mapped);
  CHECK(files[1].device.known());
  const ProcessFact* process = process_of(output, holder.pid());
  REQUIRE(process != nullptr);
  CHECK(process->comm == "a) R 1\n\xff\\");
  CHECK(process->cwd == cwd);
}

TEST_CASE("a service is found under a false name") {
  const Directory directory;
  const std::string program = directory.program("gd-test-mariadbd");
  const std::string other = directory.program("webcache");
  const Holder by_exe({"comm", "webcache"}, program, "[kworker/3:1]");
  const Holder by_comm({"comm", "gd-test-mariadbd"}, other, "webcache");
  const Holder by_argv0({"comm", "webcache"}, other, "/usr/sbin/gd-test-mariadbd");
  const Holder by_none({"comm", "webcache"}, other, "webcache");
  REQUIRE(by_none.ready());
  const auto output = look();
  const auto matched_by = [&output](const Holder& holder) {
    const ProcessFact* process = process_of(output, holder.pid());
    return process == nullptr ? "" : process->service + " by " + process->matched_by;
  };
  CHECK(matched_by(by_exe) == "mysql by executable");
  CHECK(matched_by(by_comm) == "mysql by comm");
  CHECK(matched_by(by_argv0) == "mysql by argv0");
  CHECK(matched_by(by_none).empty());
}

TEST_CASE("a service whose program has been deleted") {
  const Directory directory;
  const std::string program = directory.program("gd-test-mariadbd");
  const Holder holder({"unlink", program, "comm", "x"}, program, "x");
  REQUIRE(holder.ready());
  const auto output = look();
  const ProcessFact* process = process_of(output, holder.pid());
  REQUIRE(process != nullptr);
  CHECK(process->matched_by == "executable");
  CHECK(process->exe == program);
  CHECK(process->exe_deleted);
}

TEST_CASE("the directories that a service works in, names, and listens beside") {
  const Directory directory;
  std::filesystem::create_directory(directory.path() + "/data");
  const std::string program = directory.program("gd-test-mariadbd");
  const Holder holder({"chdir", directory.path(), "listen", "--datadir=data"}, program);
  REQUIRE(holder.ready());
  const auto output = look();
  const ProcessFact* process = process_of(output, holder.pid());
  REQUIRE(process != nullptr);
  CHECK(process->data_paths == std::vector<std::string>{directory.path() + "/data"});
  CHECK(process->socket_inodes.size() == 1);
  const bool busy =
      std::any_of(output.busy_directories.begin(), output.busy_directories.end(), [&](const BusyDirectory& candidate) {
        return candidate.path == directory.path() && candidate.cwd && candidate.mnt_ns == process->ns.mnt;
      });
  CHECK(busy);
  const bool sampled = std::any_of(output.mount_namespaces.begin(), output.mount_namespaces.end(),
                                   [&](const NamespaceSample& sample) { return sample.inode == process->ns.mnt; });
  CHECK(sampled);
}

TEST_CASE("a block device that is open, whatever the path of its node") {
  const Directory directory;
  std::filesystem::create_directory(directory.path() + "/dev");
  const std::string node = directory.path() + "/dev/disk";
  if (::mknod(node.c_str(), S_IFBLK | 0600, makedev(259, 1'000'003)) != 0) {
    WARN("skipped: no device node can be made here");
    return;
  }
  const Holder holder({"open-path", node, "open", "/dev/null"});
  REQUIRE(holder.ready());
  const auto output = look();
  std::vector<OpenDeviceFact> devices;
  for (const OpenDeviceFact& device : output.open_devices) {
    if (device.pid == holder.pid()) devices.push_back(device);
  }
  REQUIRE(devices.size() == 1);
  CHECK(devices[0].path == node);
  CHECK(devices[0].device == DeviceNumber{259, 1'000'003});
  CHECK_FALSE(devices[0].writable);
  CHECK(devices[0].exe == std::filesystem::canonical(GUARDD_HOLDER));
  CHECK(process_of(output, holder.pid()) != nullptr);
}

TEST_CASE("a FIFO or a directory with a data file's name is no data") {
  const Directory directory;
  const std::string fifo = directory.path() + "/gd-test-ibdata1";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  std::filesystem::create_directory(directory.path() + "/x.gd-test-ibd");
  const Holder holder({"open-rw", fifo, "open", directory.path() + "/x.gd-test-ibd"});
  REQUIRE(holder.ready());
  const auto output = look();
  CHECK(files_of(output, holder.pid()).empty());
  CHECK(process_of(output, holder.pid()) == nullptr);
}

TEST_CASE("many data files: some of one directory, one of each of many, and a word about the rest") {
  const Directory directory;
  std::vector<std::string> same;
  for (std::size_t i = 0; i <= walk::max_files_of_process; ++i) {
    same.insert(same.end(), {"open", directory.file(std::to_string(i) + ".gd-test-ibd")});
  }
  std::vector<std::string> apart;
  for (std::size_t i = 0; i < 300; ++i) {
    apart.insert(apart.end(), {"open", directory.file(std::to_string(i) + "/x.gd-test-ibd")});
  }
  std::vector<std::string> too_many;
  for (std::size_t i = 0; i <= 4 * walk::max_files_of_process; ++i) {
    too_many.insert(too_many.end(), {"open", directory.file("d" + std::to_string(i) + "/x.gd-test-ibd")});
  }
  const Holder one(same);
  const Holder two(apart);
  const Holder three(too_many);
  REQUIRE((one.ready() && two.ready()));
  if (!three.ready()) WARN("part skipped: too few descriptors allowed here");
  const auto output = look();
  CHECK(files_of(output, one.pid()).size() == walk::max_files_of_process);
  CHECK(files_of(output, two.pid()).size() == 300);
  CHECK_FALSE(mentions(output, one.pid()));
  CHECK_FALSE(mentions(output, two.pid()));
  if (three.ready()) {
    CHECK(files_of(output, three.pid()).size() == 4 * walk::max_files_of_process);
    CHECK(mentions(output, three.pid()));
  }
}

TEST_CASE("processes that come and go while it looks are no problem") {
  std::atomic<bool> stop = false;
  std::atomic<int> started = 0;
  std::thread churn([&] {
    while (!stop) {
      const pid_t pid = ::fork();
      if (pid == 0) ::_exit(0);
      ::waitpid(pid, nullptr, 0);
      ++started;
    }
  });
  std::vector<std::string> problems;
  while (started < 300) {
    for (const InspectorReport& report : look().reports) {
      for (const std::string& problem : report.problems) {
        // PID 1 may be beyond reach where the tests run in a sandbox; it does not come and go.
        if (problem.find("process 1 ") != 0) problems.push_back(problem);
      }
    }
  }
  stop = true;
  churn.join();
  CHECK(problems == std::vector<std::string>{});
}

TEST_CASE("out of time is said") {
  const auto output = look(0);
  REQUIRE(output.reports.size() == 2);
  for (const InspectorReport& report : output.reports) {
    CHECK(report.health == Health::degraded);
    REQUIRE_FALSE(report.problems.empty());
    CHECK(report.problems[0].find("out of time") == 0);
  }
}
