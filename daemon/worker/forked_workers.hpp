// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "daemon/worker/channel.hpp"
#include "daemon/worker/runner.hpp"
#include "os/fd.hpp"

namespace guardd {

/// Workers forked by a fork server, which is started again when it is lost. All on one loop thread; nothing here
/// blocks.
class ForkedWorkers final : public WorkerRunner {
 public:
  struct Options {
    std::string program = "/proc/self/exe";
    /// Workers see PID 1's mounts, where guardd has a mount namespace of its own.
    bool host_mounts = false;
    /// Killed workers of one inspector that do not end (uninterruptible sleep on a dead disk) before it is given up on,
    /// until they do.
    std::size_t max_lingering = 8;
    /// Starts of the fork server within `restart_window`; more fail.
    std::size_t max_starts = 5;
    std::chrono::seconds restart_window{10};
  };

  ForkedWorkers(boost::asio::any_io_executor executor, Options options);
  /// Kills the fork server, and with it every worker.
  ~ForkedWorkers() override;

  /// Starts the fork server; run() does it too where there is none. Its pid.
  Result<pid_t> start();

  /// The fork server's pid; 0 where there is none.
  [[nodiscard]] pid_t fork_server() const;

  /// Any exception, signal, short or malformed output, status other than 0, and lateness is an error that says so.
  boost::asio::awaitable<Result<nlohmann::json>> run(std::string inspector, nlohmann::json input,
                                                     std::chrono::milliseconds deadline) override;

  /// Killed workers of this inspector that have not ended yet.
  [[nodiscard]] std::size_t lingering(const std::string& inspector) const;

 private:
  struct Run;
  struct Server;

  Result<std::shared_ptr<Run>> launch(const std::string& inspector, const nlohmann::json& input);
  void await_events(const std::shared_ptr<Server>& server);
  void take_events(const std::shared_ptr<Server>& server);
  void take_event(const WorkerEvent& event, Packet& packet);
  void lose_server(const std::string& why);
  void kill_worker(Run& run);
  void watch_end(const std::string& inspector, Fd pidfd);

  boost::asio::any_io_executor executor_;
  Options options_;
  std::uint64_t next_id_ = 1;
  std::shared_ptr<Server> server_;
  std::deque<std::chrono::steady_clock::time_point> starts_;
  std::map<std::uint64_t, std::shared_ptr<Run>> runs_;
  /// Shared with the handlers that wait for ends, which may outlive this object.
  std::shared_ptr<std::map<std::string, std::size_t>> lingering_;
};

}  // namespace guardd
