// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <vector>

#include "client/members.hpp"
#include "client/moment.hpp"
#include "client/render.hpp"
#include "client/render_health.hpp"
#include "client/table.hpp"
#include "core/operation.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr std::size_t shown_targets = 4;
constexpr std::size_t shown_pids = 4;
constexpr std::size_t devices_in_table = 6;

std::string shown_age(std::int64_t ms) {
  if (ms < 1'000) return std::to_string(ms) + " ms";
  return ms < 120'000 ? std::to_string(ms / 1'000) + " s" : std::to_string(ms / 60'000) + " min";
}

std::string section(const char* heading, const std::string& lines, const Style& style) {
  return lines.empty() ? "" : "\n" + style.bold(heading) + "\n" + lines;
}

std::string host_line(const json& document, const Style& style) {
  const std::string name = shown_text(shown_object(document, "host"), "hostname");
  std::string line = style.bold(name.empty() ? "this host" : name);
  if (const std::string version = shown_text(document, "version"); !version.empty()) line += ", guardd " + version;
  if (const std::string instance = shown_text(document, "instance"); !instance.empty())
    line += ", " + instance + " instance";
  if (const auto age = shown_integer(shown_object(document, "snapshot"), "age_ms"))
    line += ", as of " + shown_age(*age) + " ago";
  return line + "\n";
}

/// The codes of its reasons, each once; how many were lifted.
std::string reasons_in_brief(const json& verdict) {
  std::vector<std::string> codes;
  for (const json& reason : shown_array(verdict, "reasons")) {
    std::string code = shown_text(reason, "code");
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(std::move(code));
  }
  std::string line;
  for (const std::string& code : codes) line += (line.empty() ? "" : ", ") + code;
  if (const std::size_t lifted = shown_array(verdict, "lifted").size(); lifted > 0)
    line += (line.empty() ? "(" : "  (") + std::to_string(lifted) + " lifted)";
  return line;
}

std::string verdict_lines(const json& document, const Style& style) {
  std::string text;
  std::string why;
  for (const json& verdict : shown_array(document, "verdicts")) {
    std::string operation = shown_text(verdict, "operation");
    const std::string word = shown_text(verdict, "verdict");
    if (word != "allow" && parse_operation(operation))
      why += (why.empty() ? "" : ", ") + std::string("guardctl check-") + operation;
    operation.resize(std::max<std::size_t>(operation.size(), 10), ' ');
    const std::string brief = reasons_in_brief(verdict);
    text += "  " + operation + " " + verdict_word(word, style) + (brief.empty() ? "" : "  " + brief) + "\n";
  }
  return why.empty() ? text : text + "  -> why, and what to do: " + why + "\n";
}

std::string dataset_table(const json& document, const Style& style) {
  const json& datasets = shown_array(document, "datasets");
  if (datasets.empty()) return "  none: no data of a service that the policy knows\n";
  std::vector<Row> rows{{{"SERVICE"}, {"ROLE"}, {"STATE"}, {"PATH"}, {"DEVICES"}, {"PIDS"}, {"ID"}}};
  for (const json& dataset : datasets) {
    std::string role = shown_text(dataset, "role");
    if (const std::string detail = shown_text(dataset, "role_detail"); !detail.empty()) role += ": " + detail;
    const bool in_memory = dataset.is_object() && dataset.contains("memory") && dataset["memory"] == true;
    const std::string path = shown_text(dataset, "path");
    const std::string state = shown_text(dataset, "state");
    rows.push_back({{shown_text(dataset, "service"), &Style::bold},
                    {role},
                    {state, state == "active" ? &Style::red : nullptr},
                    {path.empty() && in_memory ? "(memory)" : path},
                    {shown_list(dataset, "devices", devices_in_table)},
                    {shown_list(dataset, "pids", shown_pids)},
                    {shown_text(dataset, "id")}});
  }
  return table(std::move(rows), style);
}

/// What was seen and is not there now: what is there is among the datasets.
std::string remembered_table(const json& document, const Style& style) {
  std::set<std::string> here;
  for (const json& dataset : shown_array(document, "datasets")) here.insert(shown_text(dataset, "id"));
  std::vector<Row> rows{{{"SERVICE"}, {"LAST ROLE"}, {"LAST SEEN"}, {"PATH"}, {"DEVICES"}, {"ID"}}};
  for (const json& memory : shown_array(document, "remembered")) {
    const std::string id = shown_text(memory, "id");
    if (here.contains(id)) continue;
    const auto seen = shown_integer(memory, "last_seen_s");
    rows.push_back({{shown_text(memory, "service"), &Style::bold},
                    {shown_text(memory, "last_role")},
                    {seen ? shown_moment(*seen) : ""},
                    {shown_text(memory, "path")},
                    {shown_list(memory, "devices", shown_targets)},
                    {id}});
  }
  return table(std::move(rows), style);
}

std::string shown_scope(const json& object) {
  const std::string targets = shown_list(object, "targets", shown_targets);
  return targets.empty() ? "the host" : targets;
}

std::string hold_table(const json& document, const Style& style) {
  std::vector<Row> rows{{{"ID"}, {"OPERATION"}, {"OF"}, {"UNTIL"}, {"BY"}, {"REASON"}}};
  for (const json& hold : shown_array(document, "holds")) {
    const bool is_over = hold.is_object() && hold.contains("lapsed") && hold["lapsed"] == true;
    const auto until = shown_integer(hold, "until_s");
    rows.push_back({{shown_text(hold, "id"), &Style::bold},
                    {shown_text(hold, "operation")},
                    {shown_scope(hold)},
                    {(until ? shown_moment(*until) : "") + (is_over ? " (over)" : "")},
                    {shown_text(hold, "by")},
                    {shown_text(hold, "reason")}});
  }
  return table(std::move(rows), style);
}

std::string release_table(const json& document, const Style& style) {
  std::vector<Row> rows{{{"ID"}, {"WHAT"}, {"BY"}, {"REASON"}}};
  for (const json& release : shown_array(document, "releases")) {
    const std::string path = shown_text(release, "path");
    rows.push_back({{shown_text(release, "id"), &Style::bold},
                    {path.empty() ? shown_text(release, "device") : path},
                    {shown_text(release, "by")},
                    {shown_text(release, "reason")}});
  }
  return table(std::move(rows), style);
}

/// What is permitted, runs, or was interrupted.
std::string permit_table(const json& document, const Style& style) {
  std::vector<Row> rows{{{"ID"}, {"STATE"}, {"OPERATION"}, {"OF"}, {"HOLDER"}, {"BY"}, {"REASON"}}};
  bool any_interrupted = false;
  for (const json& permit : shown_array(document, "permits")) {
    const std::string state = shown_text(permit, "state");
    const bool is_interrupted = state == "interrupted";
    any_interrupted = any_interrupted || is_interrupted;
    const auto holder = shown_integer(shown_object(permit, "holder"), "pid");
    rows.push_back({{shown_text(permit, "id"), &Style::bold},
                    {state, is_interrupted ? &Style::red : nullptr},
                    {shown_text(permit, "operation")},
                    {shown_scope(permit)},
                    {holder ? "pid " + std::to_string(*holder) : ""},
                    {shown_text(permit, "by")},
                    {shown_text(permit, "reason")}});
  }
  const std::string text = table(std::move(rows), style);
  return any_interrupted ? text +
                               "  -> what was interrupted may have left half of its work: look, then guardctl permit "
                               "end ID --reason TEXT\n"
                         : text;
}

}  // namespace

std::string render_status(const json& document, const Style& style) {
  return host_line(document, style) + verdict_lines(document, style) +
         section("Datasets", dataset_table(document, style), style) +
         section("Remembered, and not here now", remembered_table(document, style), style) +
         section("Holds", hold_table(document, style), style) +
         section("Released", release_table(document, style), style) +
         section("Permits", permit_table(document, style), style) + render_seal(document, style) +
         render_health(document, style);
}

}  // namespace guardd::client
