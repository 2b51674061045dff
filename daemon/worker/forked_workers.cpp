// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/forked_workers.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/worker/fork_server.hpp"
#include "daemon/worker/fork_server_process.hpp"
#include "daemon/worker/outcome.hpp"
#include "daemon/worker/worker_main.hpp"
#include "os/read.hpp"
#include "os/write.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t read_chunk = std::size_t{256} * 1024;

void send_kill(const Fd& pidfd) { ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0); }

Result<Fd> make_input(const std::vector<std::uint8_t>& bytes) {
  if (bytes.size() > max_worker_message)
    return Error{"input", "input of " + std::to_string(bytes.size()) + " bytes is too large"};
  Fd memory(::memfd_create("guardd-input", MFD_CLOEXEC));
  if (!memory) return os_error(errno, "memfd_create");
  if (!write_all(memory, {reinterpret_cast<const char*>(bytes.data()), bytes.size()})) return os_error(errno, "memfd");
  return memory;
}

/// Reaps a child once its pidfd says that it has ended, however long that takes.
void reap_at_end(const asio::any_io_executor& executor, Fd pidfd, pid_t pid) {
  const auto watched = std::make_shared<asio::posix::stream_descriptor>(executor, pidfd.release());
  watched->async_wait(asio::posix::stream_descriptor::wait_read,
                      [watched, pid](error_code) { ::waitpid(pid, nullptr, WNOHANG); });
}

}  // namespace

/// One inspector at work.
struct ForkedWorkers::Run {
  Run(const asio::any_io_executor& executor, std::uint64_t run_id, std::string run_inspector, int pipe)
      : id(run_id),
        inspector(std::move(run_inspector)),
        output(executor, pipe),
        deadline(executor),
        changed(executor, asio::steady_timer::time_point::max()) {}

  void stop_waiting() {
    error_code ignored;
    output.cancel(ignored);
    changed.cancel();
  }

  std::uint64_t id;
  std::string inspector;
  asio::posix::stream_descriptor output;
  asio::steady_timer deadline;
  asio::steady_timer changed;
  Fd pidfd;
  bool answered = false;  ///< the fork server has said anything about it
  WorkerEnd end;
};

struct ForkedWorkers::Server {
  Server(const asio::any_io_executor& executor, ForkServerProcess process)
      : pid(process.pid), pidfd(std::move(process.pidfd)), channel(executor, process.channel.release()) {}
  pid_t pid;
  Fd pidfd;
  asio::posix::stream_descriptor channel;
};

ForkedWorkers::ForkedWorkers(asio::any_io_executor executor, Options options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      lingering_(std::make_shared<std::map<std::string, std::size_t>>()) {}

ForkedWorkers::~ForkedWorkers() {
  if (!server_) return;
  send_kill(server_->pidfd);
  ::waitpid(server_->pid, nullptr, 0);  // a killed process without open files ends at once
}

pid_t ForkedWorkers::fork_server() const { return server_ ? server_->pid : 0; }

Result<pid_t> ForkedWorkers::start() {
  if (server_) return server_->pid;
  const auto now = std::chrono::steady_clock::now();
  while (!starts_.empty() && starts_.front() + options_.restart_window < now) starts_.pop_front();
  if (starts_.size() >= options_.max_starts)
    return Error{"fork_server", "the fork server was lost too often, waiting before the next start"};
  starts_.push_back(now);
  Result<ForkServerProcess> process =
      start_fork_server(options_.program, options_.host_mounts ? host_mounts_fork_server_word : fork_server_word);
  if (!process) return process.error();
  server_ = std::make_shared<Server>(executor_, std::move(*process));
  await_events(server_);
  return server_->pid;
}

void ForkedWorkers::await_events(const std::shared_ptr<Server>& server) {
  server->channel.async_wait(asio::posix::stream_descriptor::wait_read, [this, server](error_code failure) {
    if (failure || server != server_) return;  // this object, or this server, is gone
    take_events(server);
  });
}

void ForkedWorkers::take_events(const std::shared_ptr<Server>& server) {
  while (true) {
    Result<Packet> packet = receive_packet(server->channel.native_handle());
    if (!packet && packet.error().code == "eagain") break;
    WorkerEvent event;
    if (!packet || message_of(*packet, event) == nullptr) return lose_server("the fork server ended");
    take_event(event, *packet);
  }
  await_events(server);
}

void ForkedWorkers::take_event(const WorkerEvent& event, Packet& packet) {
  const auto found = runs_.find(event.id);
  if (found == runs_.end()) {
    if (event.kind == EventKind::spawned && !packet.fds.empty()) send_kill(packet.fds.front());
    return;
  }
  Run& run = *found->second;
  run.answered = true;
  switch (event.kind) {
    case EventKind::spawned:
      if (!packet.fds.empty()) run.pidfd = std::move(packet.fds.front());
      return;
    case EventKind::spawn_failed:
      run.end.failure = os_error(event.value, "fork").message;
      return run.stop_waiting();
    case EventKind::ended:
      run.end.status = event.value;
      run.changed.cancel();
      return;
  }
}

void ForkedWorkers::lose_server(const std::string& why) {
  send_kill(server_->pidfd);
  error_code ignored;
  server_->channel.close(ignored);
  reap_at_end(executor_, std::move(server_->pidfd), server_->pid);
  server_ = nullptr;
  for (const auto& [id, run] : runs_) {
    if (!run->end.status && !run->end.failure) run->end.failure = why;
    run->stop_waiting();
  }
}

std::size_t ForkedWorkers::lingering(const std::string& inspector) const {
  const auto found = lingering_->find(inspector);
  return found == lingering_->end() ? 0 : found->second;
}

void ForkedWorkers::watch_end(const std::string& inspector, Fd pidfd) {
  ++(*lingering_)[inspector];
  const auto watched = std::make_shared<asio::posix::stream_descriptor>(executor_, pidfd.release());
  watched->async_wait(asio::posix::stream_descriptor::wait_read,
                      [watched, inspector, counts = lingering_](error_code) { --(*counts)[inspector]; });
}

void ForkedWorkers::kill_worker(Run& run) {
  if (!run.pidfd || run.end.status) return;
  send_kill(run.pidfd);
  watch_end(run.inspector, std::move(run.pidfd));
}

Result<std::shared_ptr<ForkedWorkers::Run>> ForkedWorkers::launch(const std::string& inspector,
                                                                  const nlohmann::json& input) {
  SpawnRequest request;
  if (inspector.size() >= request.inspector.size()) return Error{"input", "inspector name too long"};
  const Result<pid_t> started = start();
  if (!started) return started.error();
  const Result<Fd> memory = make_input(nlohmann::json::to_cbor(input));
  if (!memory) return memory.error();
  std::array<int, 2> pipe{-1, -1};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return os_error(errno, "pipe");
  const Fd write_end(pipe[1]);
  auto run = std::make_shared<Run>(executor_, next_id_++, inspector, pipe[0]);
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  ::fcntl(pipe[0], F_SETPIPE_SZ, read_chunk);  // fewer wake-ups; pipe(7) may say no

  request.id = run->id;
  inspector.copy(request.inspector.data(), request.inspector.size() - 1);
  const std::array<int, 2> fds{memory->get(), write_end.get()};
  if (!send_packet(server_->channel.native_handle(), &request, sizeof(request), fds)) {
    Error error = os_error(errno, "fork server");
    lose_server("the fork server takes no requests");
    return error;
  }
  runs_[run->id] = run;
  return run;
}

asio::awaitable<Result<nlohmann::json>> ForkedWorkers::run(std::string inspector, nlohmann::json input,
                                                           std::chrono::milliseconds deadline) {
  if (lingering(inspector) > options_.max_lingering) {
    co_return Error{"lingering", std::to_string(lingering(inspector)) + " killed workers have not ended"};
  }
  Result<std::shared_ptr<Run>> launched = launch(inspector, input);
  if (!launched) co_return launched.error();
  const std::shared_ptr<Run> run = *launched;
  input = nullptr;

  run->deadline.expires_after(deadline);
  run->deadline.async_wait([run, deadline](error_code cancelled) {
    if (cancelled) return;
    if (!run->end.failure) run->end.failure = "no answer within " + std::to_string(deadline.count()) + " ms";
    run->stop_waiting();
  });

  error_code ended;
  while (!ended && !run->end.failure) {
    const std::size_t old = run->end.output.size();
    if (old > max_worker_message) {
      run->end.failure = "output is too large";
      break;
    }
    run->end.output.resize(old + read_chunk);
    const std::size_t got = co_await run->output.async_read_some(asio::buffer(run->end.output.data() + old, read_chunk),
                                                                 asio::redirect_error(asio::use_awaitable, ended));
    run->end.output.resize(old + got);
  }
  while (!run->end.status && !run->end.failure) {
    error_code woken;
    co_await run->changed.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }

  run->deadline.cancel();
  runs_.erase(run->id);
  // A fork server that has not even forked by the deadline is stopped or stuck: its successor will do better.
  if (!run->answered && server_) lose_server("the fork server does not answer");
  kill_worker(*run);
  co_return judge(run->end);
}

}  // namespace guardd
