// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace guardd::ledger {

/// What the first record follows.
inline constexpr std::string_view chain_start = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of a record that follows `previous`: SHA-256 over the previous hash, a newline and the record's text, in
/// small hexadecimal digits. sha256sum(1) gives the same: printf '%s\n%s' PREVIOUS TEXT | sha256sum.
std::string chain_hash(std::string_view previous, std::string_view text);

}  // namespace guardd::ledger
