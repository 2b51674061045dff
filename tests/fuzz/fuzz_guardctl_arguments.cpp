// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "client/arguments.hpp"

/// The words of a command line, a newline between two of them, or a NUL, which no word can have in it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace guardd::client;
  static constexpr CommandSyntax syntaxes[] = {
      {.name = "check-reinstall", .takes = target_option | wait_option},
      {.name = "check-wipe", .takes = wait_option, .operands = Operands::some},
      {.name = "status", .takes = watch_option},
      {.name = "exec", .takes = target_option, .operands = Operands::one, .runs_rest = true},
      {.name = "policy check", .operands = Operands::some}};
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(std::string_view("\n\0", 2));
    words.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  const guardd::Result<Arguments> arguments = parse_arguments(words, syntaxes);
  if (!arguments || arguments->help || arguments->version) return 0;
  for (const auto& texts : {arguments->operands, arguments->targets}) {
    for (const std::string& one : texts) {
      if (one.empty()) std::abort();
    }
  }
  if (arguments->command == "check-wipe" && arguments->operands.empty()) std::abort();
  if (arguments->command == "exec" && (arguments->operands.size() != 1 || arguments->rest.empty())) std::abort();
  return 0;
}
