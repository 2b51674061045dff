// SPDX-License-Identifier: Apache-2.0
#include "procfs/process_stat.hpp"

#include <optional>

#include "procfs/fields.hpp"

namespace guardd {
namespace {

using procfs::parse_number;
using procfs::take_field;

/// fs/proc/array.c prints comm with string_escape_mem(ESCAPE_SPACE | ESCAPE_SPECIAL, "\n\\"): only these two are
/// escaped.
std::string unescape_comm(std::string_view text) {
  std::string comm;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == '\\')) {
      ++i;
      comm += text[i] == 'n' ? '\n' : '\\';
    } else {
      comm += text[i];
    }
  }
  return comm;
}

template <typename T>
bool take(std::string_view& rest, T& value) {
  const auto number = parse_number<T>(take_field(rest));
  if (number) value = *number;
  return number.has_value();
}

void skip(std::string_view& rest, int fields) {
  for (int i = 0; i < fields; ++i) take_field(rest);
}

}  // namespace

Result<ProcessStat> parse_stat(std::string_view text) {
  const Error bad{"bad_stat", "stat: not of the form that proc_pid_stat(5) gives"};
  if (text.empty() || text.back() != '\n') return bad;
  text.remove_suffix(1);
  const std::size_t open = text.find(" (");
  const std::size_t close = text.rfind(") ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return bad;

  ProcessStat stat;
  const auto pid = parse_number<std::int32_t>(text.substr(0, open));
  if (!pid) return bad;
  stat.pid = *pid;
  stat.comm = unescape_comm(text.substr(open + 2, close - open - 2));

  std::string_view rest = text.substr(close + 1);
  const std::string_view state = take_field(rest);
  if (state.size() != 1 || !take(rest, stat.ppid)) return bad;
  stat.state = state[0];
  skip(rest, 4);  // pgrp, session, tty_nr, tpgid
  if (!take(rest, stat.flags)) return bad;
  skip(rest, 4);                 // minflt, cminflt, majflt, cmajflt
  for (int i = 0; i < 4; ++i) {  // utime, stime, cutime, cstime
    std::uint64_t ticks = 0;
    if (!take(rest, ticks)) return bad;
    stat.cpu_ticks += ticks;
  }
  skip(rest, 2);  // priority, nice
  if (!take(rest, stat.num_threads)) return bad;
  skip(rest, 1);  // itrealvalue
  if (!take(rest, stat.start_ticks)) return bad;
  if (!take(rest, stat.address_space_bytes) || !take(rest, stat.resident_pages)) return bad;
  return stat;
}

}  // namespace guardd
