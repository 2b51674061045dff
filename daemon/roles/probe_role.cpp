// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <string>
#include <string_view>

#include "core/facts_json.hpp"
#include "core/strict_json.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/roles/classify_mysql.hpp"
#include "daemon/roles/credentials.hpp"
#include "daemon/roles/mysql_questions.hpp"
#include "daemon/roles/mysql_session.hpp"
#include "daemon/roles/privileges.hpp"
#include "daemon/roles/server_socket.hpp"
#include "os/clock.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"

/// One probe is one child process: whatever a false server makes of libmariadb, it happens where there is nothing to
/// gain, and the parent's own clock says when it is over. The child connects as root, whose uid the server then knows
/// from SO_PEERCRED for good (unix(7): "in effect at the time of connect"), gives everything up, and only then lets
/// libmariadb see the first byte.
namespace guardd {
namespace {

constexpr std::int64_t us_per_ms = 1000;
// The child's own deadline is earlier, so that its better reason arrives in time.
constexpr std::int64_t margin_us = 50 * us_per_ms;
// A child that was killed is gone at once, unless the kernel holds it: then it is left alone.
constexpr std::int64_t reap_us = 100 * us_per_ms;
constexpr JsonLimits answer_limits{.bytes = 32UL * 1024, .depth = 4, .values = 64};

RoleFact unknown(std::string why) {
  RoleFact fact;
  fact.why_unknown = std::move(why);
  fact.replicas = Unknown{fact.why_unknown};
  fact.read_only = Unknown{fact.why_unknown};
  return fact;
}

/// What a server that shuts down or hangs gives: its socket is closed or gone, it does not answer, or it ends the
/// connection with an error of mysqld_error.h and errmsg.h: ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED,
/// CR_SERVER_GONE_ERROR, CR_SERVER_LOST. One that turns us away is none: it speaks.
bool is_silence(const Error& error) {
  constexpr std::array<std::string_view, 9> codes{"late", "econnrefused", "enoent", "no_socket", "esrch",
                                                  "1053", "1927",         "2006",   "2013"};
  return std::ranges::find(codes, error.code) != codes.end();
}

RoleFact unknown_by(const Error& error, const std::string& text) {
  RoleFact fact = unknown(text);
  fact.silent = is_silence(error);
  return fact;
}

/// Also ends with its parent: called again after a change of uid, which takes it away, prctl(2).
bool die_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;
}

std::optional<Error> confine(const std::vector<Fd>& servers, const Placeholder& placeholder, int answer) {
  std::vector<int> keep{answer, placeholder.fd()};
  for (const Fd& server : servers) keep.push_back(server.get());
  if (auto error = close_all_but(keep)) return error;
  // What libmariadb takes from its environment: plugins to load, a plugin directory, a home with option files.
  ::clearenv();
  if (::chdir("/") != 0) return os_error(errno, "/");
  if (auto error = set_probe_limits({})) return error;
  return drop_all_privileges();
}

RoleFact ask_one(Fd server, const Placeholder& placeholder, const MysqlLogin& login, std::int64_t deadline_us) {
  Result<MysqlSession> session = MysqlSession::open(std::move(server), placeholder, login, deadline_us);
  if (!session) {
    const std::string note = login.note.empty() ? "" : " (" + login.note + ")";
    return unknown_by(session.error(), "it can't be asked: " + session.error().message + note);
  }
  const MysqlAnswers answers = ask_mysql([&](std::string_view statement) { return session->query(statement); });
  session->close();
  return classify_mysql(answers);
}

RoleFact ask(const RoleInput& input, const HostRoot& root, int answer, pid_t parent, std::int64_t deadline_us) {
  const Result<MysqlLogin> login = choose_login(input, root);
  if (!login) return unknown("its credentials: " + login.error().message);
  Result<std::vector<Fd>> servers = connect_server(input.process, root, deadline_us);
  if (!servers) return unknown_by(servers.error(), servers.error().message);
  const Result<Placeholder> placeholder = Placeholder::make();
  if (!placeholder) return unknown("the probe: " + placeholder.error().message);
  if (auto error = confine(*servers, *placeholder, answer))
    return unknown("the probe keeps privileges: " + error->message);
  if (!die_with(parent)) ::_exit(1);
  RoleFact fact;
  bool all_silent = !servers->empty();
  std::size_t left = servers->size();
  for (Fd& server : *servers) {
    const std::int64_t now = monotonic_now_us();
    fact =
        ask_one(std::move(server), *placeholder, *login, now + (deadline_us - now) / static_cast<std::int64_t>(left));
    --left;
    all_silent = all_silent && fact.silent;
    if (!fact.version.empty()) break;  // it speaks the protocol: this is the one
  }
  // MySQL's X Protocol answers no greeting on its own socket; a server that turned us away on the other one spoke.
  fact.silent = all_silent;
  return fact;
}

[[noreturn]] void child_main(const RoleInput& input, const HostRoot& root, int answer, pid_t parent,
                             std::int64_t deadline_us) {
  if (!die_with(parent)) ::_exit(1);
  // The kernel's own clock, should the parent be unable to kill a child of another uid: SIGALRM ends it.
  (void)std::signal(SIGALRM, SIG_DFL);
  (void)std::signal(SIGPIPE, SIG_IGN);
  const std::int64_t alarm_us = std::max<std::int64_t>(deadline_us - monotonic_now_us(), 0) + 4 * margin_us;
  const itimerval alarm{{0, 0}, {alarm_us / 1'000'000, alarm_us % 1'000'000}};
  ::setitimer(ITIMER_REAL, &alarm, nullptr);
  RoleFact fact;
  try {
    fact = ask(input, root, answer, parent, deadline_us);
  } catch (const std::exception& error) {
    fact = unknown(std::string("the probe failed: ") + error.what());
  }
  const std::string text = to_text(nlohmann::json(fact));
  // A pipe takes this at once: it is shorter than its 64 KiB.
  const bool told = ::write(answer, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::_exit(told ? 0 : 1);
}

/// Everything up to the end of file; nothing when the deadline comes first.
std::optional<std::string> read_answer(int fd, std::int64_t deadline_us) {
  std::string text;
  while (true) {
    const std::int64_t left_us = deadline_us - monotonic_now_us();
    if (left_us <= 0) return std::nullopt;
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left_us / us_per_ms + 1));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    char buffer[4096];
    const ssize_t got = ready < 0 ? -1 : ::read(fd, buffer, sizeof buffer);
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > answer_limits.bytes) return text;
  }
}

/// Ends the child, and says how it ended.
std::string end_child(pid_t child) {
  ::kill(child, SIGKILL);
  const std::int64_t until = monotonic_now_us() + reap_us;
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) return "is gone";
    if (monotonic_now_us() >= until) return "can't be ended";
    ::poll(nullptr, 0, 1);
  }
  if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

RoleFact parse_answer(const std::string& text, const std::string& end) {
  const Result<nlohmann::json> document = parse_json(text, answer_limits);
  if (!document) return unknown("the probe process " + end + " without an answer");
  try {
    return document->get<RoleFact>();
  } catch (const nlohmann::json::exception&) {
    return unknown("the probe process gave a malformed answer");
  }
}

RoleFact probe_mysql(const RoleInput& input, const HostRoot& root) {
  const std::int64_t deadline_us = monotonic_now_us() + input.deadline_ms * us_per_ms;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return unknown(os_error(errno, "pipe").message);
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return unknown(os_error(errno, "fork").message);
  if (child == 0) child_main(input, root, writing.get(), parent, deadline_us - margin_us);
  writing.reset();
  const std::optional<std::string> text = read_answer(reading.get(), deadline_us);
  const std::string end = end_child(child);
  if (!text) return unknown_by({"late", ""}, "it did not answer within " + std::to_string(input.deadline_ms) + " ms");
  return parse_answer(*text, end);
}

}  // namespace

RoleFact probe_role(const RoleInput& input, const HostRoot& root) {
  RoleFact fact = input.probe == "mysql" ? probe_mysql(input, root) : unknown("no role probe is called " + input.probe);
  // What these are is not for the child to say.
  fact.pid = input.process.pid;
  fact.service = input.process.service;
  return fact;
}

}  // namespace guardd
