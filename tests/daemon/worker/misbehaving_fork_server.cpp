// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>

#include "daemon/worker/fork_server.hpp"

namespace {

using nlohmann::json;

constexpr int output = 4;  // daemon/worker/worker_main.cpp

[[noreturn]] void write_and_end(std::string_view bytes, int status) {
  (void)!::write(output, bytes.data(), bytes.size());
  ::_exit(status);
}

std::string answer() {
  const std::vector<std::uint8_t> bytes = json::to_cbor({{"ok", {{"a", "b"}}}});
  return {bytes.begin(), bytes.end()};
}

json echo(const json& input) { return input; }
json hang(const json&) {
  while (true) ::pause();
}
json crash(const json&) {
  ::kill(::getpid(), SIGKILL);
  return {};
}
json stop(const json&) {
  ::kill(::getpid(), SIGSTOP);
  return {};
}
json fail(const json&) { throw std::runtime_error("could not \x1b[31mlook"); }
json garbage(const json&) { write_and_end("\xff\xfe no CBOR", 0); }
json cut_short(const json&) { write_and_end(answer().substr(0, answer().size() - 1), 0); }
json bad_status(const json&) { write_and_end(answer(), 3); }
json silent(const json&) { write_and_end("", 0); }
json no_answer(const json&) { write_and_end("\x01", 0); }
json too_much(const json&) { return std::string(std::size_t{17} * 1024 * 1024, 'x'); }
json flood(const json&) {
  const std::string block(std::size_t{1024} * 1024, '\x41');
  while (true) (void)!::write(output, block.data(), block.size());
}
json closes_but_stays(const json& input) {
  (void)!::write(output, answer().data(), answer().size());
  ::close(output);
  return hang(input);
}

json open_fds(const json&) {
  json fds = json::array();
  DIR* directory = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    const int fd = std::stoi(entry->d_name);
    if (fd != ::dirfd(directory)) fds.push_back(fd);
  }
  ::closedir(directory);
  return fds;
}

json self(const json&) {
  int signal = 0;
  ::prctl(PR_GET_PDEATHSIG, &signal);
  return {{"pid", ::getpid()}, {"parent", ::getppid()}, {"session", ::getsid(0)}, {"death_signal", signal}};
}

constexpr std::array<guardd::InspectorEntry, 15> table{{{"echo", echo},
                                                        {"hang", hang},
                                                        {"crash", crash},
                                                        {"stop", stop},
                                                        {"fail", fail},
                                                        {"garbage", garbage},
                                                        {"cut_short", cut_short},
                                                        {"bad_status", bad_status},
                                                        {"silent", silent},
                                                        {"no_answer", no_answer},
                                                        {"too_much", too_much},
                                                        {"flood", flood},
                                                        {"closes_but_stays", closes_but_stays},
                                                        {"open_fds", open_fds},
                                                        {"self", self}}};

}  // namespace

int main() {
  // Only the one in the middle is for the workers.
  for (const int fd : {18, 20, 22}) ::dup2(STDIN_FILENO, fd);
  return guardd::fork_server_main(table, 20);
}
