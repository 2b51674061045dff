// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "client/word_kind.hpp"

namespace guardd::client {

/// Every option, in the order of --help. The common ones come first, those that only some commands take behind them.
enum class OptionId {
  socket_path,
  json,
  quiet,
  timeout,
  expect_host,
  wait,
  target,
  operation,
  reason,
  until,
  since,
  verdict,
  signature,
  nonce,
  host,
  valid,
  holder,
  status,
  stop_on_revoke,
  verdict_file,
  state_dir,
  offline,
  watch,
  version,
  help
};

constexpr unsigned bit_of(OptionId id) { return 1U << static_cast<unsigned>(id); }

/// The options that only some commands take.
enum SpecificOption : unsigned {
  wait_option = bit_of(OptionId::wait),
  target_option = bit_of(OptionId::target),
  operation_option = bit_of(OptionId::operation),
  reason_option = bit_of(OptionId::reason),
  until_option = bit_of(OptionId::until),
  since_option = bit_of(OptionId::since),
  verdict_option = bit_of(OptionId::verdict),
  signature_option = bit_of(OptionId::signature),
  nonce_option = bit_of(OptionId::nonce),
  host_option = bit_of(OptionId::host),
  valid_option = bit_of(OptionId::valid),
  holder_option = bit_of(OptionId::holder),
  status_option = bit_of(OptionId::status),
  stop_on_revoke_option = bit_of(OptionId::stop_on_revoke),
  verdict_file_option = bit_of(OptionId::verdict_file),
  state_dir_option = bit_of(OptionId::state_dir),
  offline_option = bit_of(OptionId::offline),
  watch_option = bit_of(OptionId::watch),
};

/// An option as the parser, --help and the shells' completions know it. There is no other list of them.
struct OptionSyntax {
  OptionId id;
  std::string_view name;   ///< "--socket"
  std::string_view value;  ///< "PATH", as --help calls it; empty: it takes none
  std::string_view help;
  WordKind kind = WordKind::text;  ///< of its value
  bool is_common = false;          ///< every command takes it
  bool value_may_miss = false;     ///< and stands behind an equals sign only
  bool repeats = false;
};

std::span<const OptionSyntax> options();

}  // namespace guardd::client
