// SPDX-License-Identifier: Apache-2.0
#include "tests/client/fake_systemd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace guardd::client::test {
namespace {

constexpr const char* path = "/org/freedesktop/systemd1";
constexpr const char* manager = "org.freedesktop.systemd1.Manager";
constexpr const char* job = "/org/freedesktop/systemd1/job/7";

constexpr const char* configuration =
    "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
    "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\"><busconfig>"
    "<listen>unix:path=@</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow send_destination=\"*\"/>"
    "<allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>";

}  // namespace

struct Methods {
  static int start_transient_unit(sd_bus_message* call, void* self, sd_bus_error* error) {
    auto& fake = *static_cast<FakeSystemd*>(self);
    const char* unit = nullptr;
    const char* mode = nullptr;
    sd_bus_message_read(call, "ss", &unit, &mode);
    fake.unit_ = unit;
    sd_bus_message_enter_container(call, 'a', "(sv)");
    while (sd_bus_message_enter_container(call, 'r', "sv") > 0) {
      const char* name = nullptr;
      sd_bus_message_read(call, "s", &name);
      fake.properties_.emplace_back(name);
      std::uint32_t pid = 0;
      if (fake.properties_.back() == "PIDs" && sd_bus_message_read(call, "v", "au", 1, &pid) > 0) {
        fake.process_ = static_cast<pid_t>(pid);
      } else {
        sd_bus_message_skip(call, "v");
      }
      sd_bus_message_exit_container(call);
    }
    if (fake.job_result_ == "refused") return sd_bus_error_set(error, "org.example.No", "the unit exists already");
    sd_bus* const bus = sd_bus_message_get_bus(call);
    // Another job's end first, and this one's before its caller has the answer.
    sd_bus_emit_signal(bus, path, manager, "JobRemoved", "uoss", 6, "/org/freedesktop/systemd1/job/6", "x.scope",
                       "failed");
    if (!fake.job_result_.empty())
      sd_bus_emit_signal(bus, path, manager, "JobRemoved", "uoss", 7, job, unit, fake.job_result_.c_str());
    return sd_bus_reply_method_return(call, "o", job);
  }
};

namespace {

const sd_bus_vtable methods[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o", Methods::start_transient_unit,
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

template <typename Condition>
void wait_for(Condition is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the bus waited for in vain");
    ::poll(nullptr, 0, 5);
  }
}

}  // namespace

FakeSystemd::FakeSystemd(std::string job_result) : job_result_(std::move(job_result)) {
  if (::access("/usr/bin/dbus-daemon", X_OK) != 0) return;
  const std::string socket = directory_.at("bus");
  std::string text = configuration;
  text.replace(text.find('@'), 1, socket);
  const std::string option = "--config-file=" + directory_.file("bus.conf", text);
  daemon_ = ::fork();
  if (daemon_ == 0) {
    // It complains of limits that an ordinary process may not raise.
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    ::execl("/usr/bin/dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", option.c_str(), nullptr);
    ::_exit(127);
  }
  wait_for([&] { return std::filesystem::exists(socket); });
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + socket).c_str(), 1);
  std::atomic<bool> ready = false;
  thread_ = std::thread([&] { serve(ready); });
  wait_for([&] { return ready.load(); });
}

FakeSystemd::~FakeSystemd() {
  over_ = true;
  if (thread_.joinable()) thread_.join();
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
  if (daemon_ <= 0) return;
  ::kill(daemon_, SIGKILL);
  ::waitpid(daemon_, nullptr, 0);
}

void FakeSystemd::serve(std::atomic<bool>& ready) {
  sd_bus* bus = nullptr;
  wait_for([&] { return sd_bus_open_system(&bus) >= 0; });
  sd_bus_add_object_vtable(bus, nullptr, path, manager, methods, this);
  sd_bus_request_name(bus, "org.freedesktop.systemd1", 0);
  ready = true;
  while (!over_) {
    if (sd_bus_process(bus, nullptr) == 0) sd_bus_wait(bus, 20'000);
  }
  sd_bus_flush_close_unref(bus);
}

}  // namespace guardd::client::test
