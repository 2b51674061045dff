// SPDX-License-Identifier: Apache-2.0
#include "gate/start_intents.hpp"

#include <unistd.h>

#include <atomic>
#include <utility>

#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire_permit.hpp"
#include "gate/sight.hpp"
#include "gate/state_files.hpp"
#include "os/join.hpp"

namespace guardd::gate {
namespace {

/// No other start has it: not of this process, nor of one that had its number before.
std::string new_name(const StartIntent& intent) {
  static std::atomic<unsigned> count = 0;
  return std::to_string(intent.boot_ms) + "-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
}

}  // namespace

StartIntents read_start_intents(const Places& places) {
  StateFiles read = read_state_files(places.starts());
  StartIntents found{.intents = {}, .problems = std::move(read.problems)};
  for (auto& [name, text] : read.files) {
    Result<StartIntent> intent = parse_start_intent(text);
    if (intent) {
      found.intents.push_back({std::move(name), std::move(intent).value()});
    } else {
      found.problems.push_back(joined(places.starts(), printable(name)) +
                               " is no start of a service: " + intent.error().message);
    }
  }
  return found;
}

namespace {

/// Starts of that service that this one comes after: of a unit there is one at a time, and of a script that is gone
/// none.
void drop_superseded(const Places& places, const StartIntent& by) {
  for (const FiledIntent& filed : read_start_intents(places).intents) {
    const bool same = filed.intent.service == by.service && filed.intent.unit == by.unit;
    if (same && (!by.unit.empty() || !process_lives(filed.intent.caller))) (void)drop_start_intent(places, filed.file);
  }
}

}  // namespace

Result<bool> file_start_intent(const Places& places, const StartIntent& intent) {
  drop_superseded(places, intent);
  return write_state_file(places.starts(), new_name(intent), to_text(start_intent_json(intent)), 0644, false);
}

Result<bool> drop_start_intent(const Places& places, const std::string& file) {
  return remove_state_file(places.starts(), file, false);
}

}  // namespace guardd::gate
