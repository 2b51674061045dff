// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <thread>

#include "daemon/inspect/inet_diag.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"
#include "os/clock.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_sockets = 1'000'000;  // of one network namespace
constexpr std::size_t max_peers = 8;

using Processes = std::vector<const ProcessFact*>;

/// The sockets of the network namespace that the process is in. In a thread of its own, for setns(2) changes the
/// thread.
Result<std::vector<TcpSocket>> sockets_of(const std::string& ns_path) {
  Result<std::vector<TcpSocket>> result = Error{"not_read", ns_path};
  std::thread([&] {
    const Fd ns(::open(ns_path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!ns) {
      result = os_error(errno, ns_path);
    } else if (::setns(ns.get(), CLONE_NEWNET) != 0) {
      result = os_error(errno, "entering " + ns_path);
    } else {
      result = read_tcp_sockets(max_sockets);
      // Whatever the kernel says of the dump, ENOENT for a tcp_diag that it lacks too, says nothing of the process.
      if (!result) result = Error{"not_listed", result.error().message};
    }
  }).join();
  return result;
}

/// One listener a port and process; the connections of a port count for every process that listens on it.
std::vector<ListenerFact> listeners_of(const Processes& processes, const std::vector<TcpSocket>& sockets) {
  std::map<std::uint16_t, std::pair<std::uint32_t, std::vector<std::string>>> connections;
  for (const TcpSocket& socket : sockets) {
    if (socket.listening) continue;
    auto& [count, peers] = connections[socket.port];
    ++count;
    if (peers.size() < max_peers) peers.push_back(socket.peer);
  }
  std::vector<ListenerFact> listeners;
  for (const ProcessFact* process : processes) {
    const std::set<std::uint64_t> own(process->socket_inodes.begin(), process->socket_inodes.end());
    std::set<std::uint16_t> ports;
    for (const TcpSocket& socket : sockets) {
      if (socket.listening && own.contains(socket.inode)) ports.insert(socket.port);
    }
    for (const std::uint16_t port : ports) {
      const auto found = connections.find(port);
      ListenerFact fact;
      fact.pid = process->pid;
      fact.service = process->service;
      fact.port = port;
      if (found != connections.end()) {
        fact.established = found->second.first;
        fact.peers = found->second.second;
      }
      listeners.push_back(std::move(fact));
    }
  }
  return listeners;
}

}  // namespace

ClientsOutput inspect_clients(const ClientsInput& input, const HostRoot& root) {
  const std::int64_t began = monotonic_now_us();
  std::map<std::uint64_t, Processes> by_namespace;
  for (const ProcessFact& process : input.processes) by_namespace[process.ns.net].push_back(&process);

  ClientsOutput output;
  std::vector<std::string> problems;
  for (const auto& [ns, processes] : by_namespace) {
    // Any process of the namespace is a way in; one that has ended is none.
    Result<std::vector<TcpSocket>> sockets = Error{"enoent", ""};
    for (const ProcessFact* process : processes) {
      sockets = sockets_of(root.proc + "/" + std::to_string(process->pid) + "/ns/net");
      if (sockets || (sockets.error().code != "enoent" && sockets.error().code != "esrch")) break;
    }
    if (sockets) {
      std::ranges::move(listeners_of(processes, *sockets), std::back_inserter(output.listeners));
    } else if (sockets.error().code != "enoent" && sockets.error().code != "esrch") {
      problems.push_back("clients of " + processes.front()->service + ": " + sockets.error().message);
    }
  }
  output.reports.push_back(make_report("clients", std::move(problems), began));
  return output;
}

}  // namespace guardd
