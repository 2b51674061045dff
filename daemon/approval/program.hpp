// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd {

/// A file in memory with this content, for a program to read: it stays open across execve.
Result<Fd> memory_file(std::string_view content);
/// The name under which a program that inherits the descriptor opens it.
std::string path_of(const Fd& file);

struct ProgramEnd {
  int status = 0;  ///< of exit(3)
  std::string out;
  std::string err;
};

/// Runs a program (no shell, its own name first) as nobody, without privileges and environment, with `input` as its
/// standard input, and takes what it says, 64 KiB at most. It is killed when the time is over, and when this process
/// ends. Errors: "late", "crashed", errno's symbols. For a process without threads.
Result<ProgramEnd> run_program(const std::vector<std::string>& words, const Fd& input, std::int64_t deadline_us);

}  // namespace guardd
