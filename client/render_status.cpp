// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "client/members.hpp"
#include "client/moment.hpp"
#include "client/render.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

using Row = std::vector<std::string>;

// A column is no wider than this unless it is the last one: one long path must not push the rest off the terminal.
constexpr std::size_t widest_column = 60;

/// Columns as wide as their widest cell. Byte counts will do: a cell that is not ASCII is at most aligned badly.
std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], std::min(row[i].size(), widest_column));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += " " + row[i];
      if (i + 1 < row.size() && row[i].size() <= widths[i]) line.append(widths[i] - row[i].size() + 1, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

/// Microseconds as "12.3 ms".
std::string milliseconds(std::int64_t us) {
  return std::to_string(us / 1000) + "." + std::to_string(us % 1000 / 100) + " ms";
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string heading(const json& document, const Style& style) {
  std::string line = style.bold(or_dash(shown_text(shown_object(document, "host"), "hostname")));
  if (const std::string version = shown_text(document, "version"); !version.empty()) line += ", guardd " + version;
  if (const std::string instance = shown_text(document, "instance"); !instance.empty())
    line += ", " + instance + " instance";
  const json& snapshot = shown_object(document, "snapshot");
  if (const auto generation = shown_integer(snapshot, "generation"))
    line += ", snapshot " + std::to_string(*generation);
  if (const auto age = shown_integer(snapshot, "age_ms")) line += " (" + std::to_string(*age) + " ms old)";
  return line + "\n";
}

std::string verdict_lines(const json& document, const Style& style) {
  std::string text;
  for (const json& verdict : shown_array(document, "verdicts")) {
    std::string operation = shown_text(verdict, "operation");
    operation.append(operation.size() < 10 ? 10 - operation.size() : 0, ' ');
    std::vector<std::string> codes;
    for (const json& reason : shown_array(verdict, "reasons")) {
      std::string code = shown_text(reason, "code");
      if (std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(std::move(code));
    }
    std::string line = "  " + operation + " " + verdict_word(shown_text(verdict, "verdict"), style);
    for (std::size_t i = 0; i < codes.size(); ++i) line += (i == 0 ? "  " : ", ") + codes[i];
    if (const std::size_t lifted = shown_array(verdict, "lifted").size(); lifted > 0) {
      line += "  (" + std::to_string(lifted) + " lifted)";
    }
    text += line + "\n";
  }
  return text;
}

std::string dataset_lines(const json& document, const Style& style) {
  const json& datasets = shown_array(document, "datasets");
  if (datasets.empty()) return "";
  std::vector<Row> rows{{"SERVICE", "ROLE", "STATE", "PIDS", "PATH", "DEVICES"}};
  for (const json& dataset : datasets) {
    std::string role = shown_text(dataset, "role");
    if (const std::string detail = shown_text(dataset, "role_detail"); !detail.empty()) role += ": " + detail;
    const json& memory = dataset.is_object() && dataset.contains("memory") ? dataset["memory"] : json();
    std::string path = shown_text(dataset, "path");
    if (path.empty() && memory == true) path = "(memory)";
    rows.push_back({or_dash(shown_text(dataset, "service")), or_dash(role), or_dash(shown_text(dataset, "state")),
                    or_dash(shown_list(dataset, "pids", 4)), or_dash(path),
                    or_dash(shown_list(dataset, "devices", 6))});
  }
  return "\n" + style.bold("Datasets") + "\n" + table(rows);
}

std::string inspector_lines(const json& document, const Style& style) {
  const json& inspectors = shown_array(document, "inspectors");
  if (inspectors.empty()) return "";
  std::vector<Row> rows;
  for (const json& inspector : inspectors) {
    const auto duration = shown_integer(inspector, "duration_us");
    rows.push_back({or_dash(shown_text(inspector, "name")), or_dash(shown_text(inspector, "health")),
                    duration ? milliseconds(*duration) : "", shown_list(inspector, "problems", 3)});
  }
  return "\n" + style.bold("Inspectors") + "\n" + table(rows);
}

std::string problem_lines(const json& object, const Style& style) {
  std::string text;
  for (const json& problem : shown_array(object, "problems")) {
    const json holder{{"text", problem}};
    text += "  " + style.red("problem") + ": " + shown_text(holder, "text") + "\n";
  }
  return text;
}

std::string policy_lines(const json& document, const Style& style) {
  const json& policy = shown_object(document, "policy");
  if (policy.empty()) return "";
  std::string line = "  generation ";
  const auto generation = shown_integer(policy, "generation");
  line += generation ? std::to_string(*generation) : "-";
  if (const std::string digest = shown_text(policy, "digest"); !digest.empty()) line += ", " + digest;
  return "\n" + style.bold("Policy") + "\n" + line + "\n" + problem_lines(policy, style);
}

std::string hold_table(const json& document, const Style& style) {
  const json& holds = shown_array(document, "holds");
  if (holds.empty()) return "";
  std::vector<Row> rows{{"ID", "OPERATION", "TARGETS", "BY", "REASON"}};
  for (const json& hold : holds) {
    const std::string targets = shown_list(hold, "targets", 4);
    const bool lapsed = hold.is_object() && hold.contains("lapsed") && hold["lapsed"] == true;
    rows.push_back({shown_text(hold, "id"), shown_text(hold, "operation") + (lapsed ? " (over)" : ""),
                    targets.empty() ? "host" : targets, or_dash(shown_text(hold, "by")), shown_text(hold, "reason")});
  }
  return "\n" + style.bold("Holds") + "\n" + table(rows);
}

/// What is permitted, runs, or was interrupted.
std::string permit_table(const json& document, const Style& style) {
  std::vector<Row> rows{{"ID", "STATE", "OPERATION", "TARGETS", "HOLDER", "BY"}};
  for (const json& permit : shown_array(document, "permits")) {
    const std::string targets = shown_list(permit, "targets", 4);
    const std::string state = shown_text(permit, "state");
    const auto holder = shown_integer(shown_object(permit, "holder"), "pid");
    rows.push_back({shown_text(permit, "id"), state == "interrupted" ? style.red(state) : state,
                    shown_text(permit, "operation"), targets.empty() ? "host" : targets,
                    holder ? "pid " + std::to_string(*holder) : "-", or_dash(shown_text(permit, "by"))});
  }
  return rows.size() == 1 ? "" : "\n" + style.bold("Permits") + "\n" + table(rows);
}

/// Every dataset that was seen, also those that are not there now.
std::string remembered_lines(const json& document, const Style& style) {
  std::vector<Row> rows{{"ID", "SERVICE", "PATH", "LAST SEEN", "LAST ROLE", "DEVICES"}};
  for (const json& memory : shown_array(document, "remembered")) {
    const auto seen = shown_integer(memory, "last_seen_s");
    rows.push_back({shown_text(memory, "id"), shown_text(memory, "service"), or_dash(shown_text(memory, "path")),
                    seen ? shown_moment(*seen) : "-", or_dash(shown_text(memory, "last_role")),
                    or_dash(shown_list(memory, "devices", 4))});
  }
  return rows.size() == 1 ? "" : "\n" + style.bold("Remembered") + "\n" + table(rows);
}

std::string release_table(const json& document, const Style& style) {
  std::vector<Row> rows{{"ID", "WHAT", "BY", "REASON"}};
  for (const json& release : shown_array(document, "releases")) {
    const std::string path = shown_text(release, "path");
    rows.push_back({shown_text(release, "id"), path.empty() ? shown_text(release, "device") : path,
                    or_dash(shown_text(release, "by")), shown_text(release, "reason")});
  }
  return rows.size() == 1 ? "" : "\n" + style.bold("Released") + "\n" + table(rows);
}

std::string ledger_lines(const json& document, const Style& style) {
  const std::string problems = problem_lines(shown_object(document, "ledger"), style);
  return problems.empty() ? "" : "\n" + style.bold("Ledger") + "\n" + problems;
}

}  // namespace

std::string render_status(const json& document, const Style& style) {
  return heading(document, style) + verdict_lines(document, style) + dataset_lines(document, style) +
         remembered_lines(document, style) + release_table(document, style) + hold_table(document, style) +
         permit_table(document, style) + inspector_lines(document, style) + policy_lines(document, style) +
         ledger_lines(document, style);
}

}  // namespace guardd::client
