// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "os/fd.hpp"
#include "seal/layout.h"

namespace guardd::seal {

/// Where the host has its bpffs, and in it what guardd pins.
inline constexpr std::string_view default_pins = "/sys/fs/bpf/guardd/" GUARDD_SEAL_LAYOUT;

enum class Mode { observe, enforce };
std::string_view to_string(Mode mode);

/// Descriptors of everything that is pinned, each of the shape that seal/layout.h says.
struct Pinned {
  Fd link;
  Fd sealed;
  Fd exempt;
  Fd settings;
  Fd counters;
  Fd events;
};

/// What is pinned in `directory`. Errors: "enoent" where there is nothing; "foreign" where something is that guardd has
/// not made, or not with this layout; "eperm" for who may not use bpf(2).
Result<Pinned> open_pinned(const std::string& directory);

/// One value of the settings, GUARDD_SEAL_MODE and its like.
Result<std::uint64_t> read_setting(const Fd& settings, std::uint32_t which);
[[nodiscard]] std::optional<Error> write_setting(const Fd& settings, std::uint32_t which, std::uint64_t value);

/// Takes what is pinned out of `directory`, and the directory; what is attached stays attached as long as somebody has
/// its descriptor. Of pins of which some are gone.
[[nodiscard]] std::optional<Error> forget_pinned(const std::string& directory);

/// Takes the program off, whoever has it open, and the pins away. What is foreign stays, and is the error "foreign".
/// None where there was nothing.
[[nodiscard]] std::optional<Error> remove_pinned(const std::string& directory);

}  // namespace guardd::seal
