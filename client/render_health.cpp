// SPDX-License-Identifier: Apache-2.0
#include "client/render_health.hpp"

#include <vector>

#include "client/members.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr std::size_t shown_problems = 20;  // of one inspector; --json has all

std::string remedy_line(const std::string& remedy) { return "    -> " + remedy + "\n"; }

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::vector<std::string> texts(const json& object, const char* key) {
  std::vector<std::string> all;
  for (const json& one : shown_array(object, key)) all.push_back(shown_text(json{{"text", one}}, "text"));
  return all;
}

/// What is well, in a few words each, and what is not, in full.
struct Health {
  std::vector<std::string> well;
  std::string ill;
};

void add_inspectors(Health& health, const json& document, const Style& style) {
  std::size_t ok = 0;
  bool any_ill = false;
  const json& inspectors = shown_array(document, "inspectors");
  for (const json& inspector : inspectors) {
    const std::string state = shown_text(inspector, "health");
    if (state == "ok") {
      ++ok;
      continue;
    }
    any_ill = true;
    health.ill += "  inspector " + style.bold(shown_text(inspector, "name")) + " " +
                  (state == "degraded" ? style.yellow(state) : style.red(state.empty() ? "unknown" : state));
    const std::vector<std::string> problems = texts(inspector, "problems");
    health.ill += problems.empty() ? "\n" : ":\n";
    for (std::size_t i = 0; i < problems.size() && i < shown_problems; ++i) health.ill += "    " + problems[i] + "\n";
    if (problems.size() > shown_problems)
      health.ill += "    and " + std::to_string(problems.size() - shown_problems) + " more: --json shows all\n";
  }
  if (any_ill)
    health.ill += remedy_line(
        "what it can't see makes verdicts unknown, and never an allow. guardctl check-reinstall says what to do about "
        "it; journalctl -u guardd may say more");
  if (ok > 0)
    health.well.push_back(ok == inspectors.size() ? "all " + counted(ok, "inspector") + " ok"
                                                  : std::to_string(ok) + " other" + (ok == 1 ? "" : "s") + " ok");
}

/// Not what a verdict rests on: what costs is that changes are noticed later.
void add_event_sources(Health& health, const json& document, const Style& style) {
  std::string deaf;
  for (const json& source : shown_array(document, "event_sources")) {
    if (shown_text(source, "health") == "ok") continue;
    const std::string problem = shown_text(source, "problem");
    deaf += "  guardd is not told of " + style.bold(shown_text(source, "name")) +
            (problem.empty() ? "" : ": " + problem) + "\n";
  }
  if (!deaf.empty()) health.ill += deaf + remedy_line("no verdict depends on it: guardd looks more often instead");
}

void add_problems(Health& health, const json& document, const char* part, const std::string& remedy,
                  const Style& style) {
  const std::vector<std::string> problems = texts(shown_object(document, part), "problems");
  for (const std::string& problem : problems)
    health.ill += "  " + style.red(std::string(part) + " problem") + ": " + problem + "\n";
  if (!problems.empty()) health.ill += remedy_line(remedy);
}

}  // namespace

std::string render_health(const json& document, const Style& style) {
  Health health;
  add_inspectors(health, document, style);
  add_event_sources(health, document, style);
  add_problems(health, document, "policy",
               "the last good policy stays in force. guardctl policy check /etc/guardd/policies, mend the file, then "
               "systemctl reload guardd",
               style);
  add_problems(
      health, document, "ledger",
      "guardctl audit verify says whether the trail is whole; /usr/share/doc/guardd/docs/ledger.md says how to go on",
      style);
  if (const auto generation = shown_integer(shown_object(document, "policy"), "generation"))
    health.well.push_back("policy " + std::to_string(*generation));
  std::string line;
  for (const std::string& part : health.well) line += (line.empty() ? "" : ", ") + part;
  if (health.ill.empty() && line.empty()) return "";
  if (health.ill.empty()) return "\n" + style.bold("Health") + "    " + style.green("no problem") + ": " + line + "\n";
  return "\n" + style.bold("Health") + "\n" + health.ill + (line.empty() ? "" : "  " + line + "\n");
}

}  // namespace guardd::client
