// SPDX-License-Identifier: Apache-2.0
#include "core/audit.hpp"

#include <set>
#include <string_view>

#include "core/strict_json.hpp"
#include "core/text.hpp"

namespace guardd {

using nlohmann::json;

namespace {

constexpr std::size_t max_line = 512;   // of a list in one line
constexpr std::size_t max_lifted = 64;  // the answer has all of them

}  // namespace

json audit_of(const Verdict& verdict) {
  json out{{"operation", to_string(verdict.request.operation)},
           {"scope", verdict.request.whole_host ? "host" : "targets"},
           {"verdict", to_string(verdict.outcome)},
           {"codes", json::array()},
           {"snapshot", verdict.snapshot_generation},
           {"policy", verdict.policy_generation},
           {"policy_digest", verdict.policy_digest}};
  for (const Target& target : verdict.request.targets) out["targets"].push_back(printable(target.path));
  std::set<std::string_view> codes;
  for (const Reason& reason : verdict.reasons) codes.insert(reason.code);
  for (const std::string_view code : codes) out["codes"].push_back(code);
  for (const Lifted& lifted : verdict.lifted) {
    if (out.contains("lifted") && out["lifted"].size() == max_lifted) break;
    out["lifted"].push_back({{"code", lifted.reason.code}, {"by", printable(lifted.by)}});
  }
  if (verdict.outcome == Outcome::allow && !verdict.override_id.empty()) out["spends"] = verdict.override_id;
  return out;
}

namespace {

json caller_json(const Actor& actor) {
  json caller{{"uid", actor.uid}, {"gid", actor.gid}, {"pid", actor.pid}};
  if (!actor.exe.empty()) caller["exe"] = printable(actor.exe);
  if (!actor.unit.empty()) caller["unit"] = printable(actor.unit);
  if (actor.session) caller["session"] = *actor.session;
  if (actor.login_uid) caller["login_uid"] = *actor.login_uid;
  return caller;
}

}  // namespace

json audit_json(const AuditRecord& record, std::int64_t seq) {
  json out = record.what;
  out["seq"] = seq;
  out["time"] = record.wall_s;
  out["kind"] = record.kind;
  if (record.actor) out["caller"] = caller_json(*record.actor);
  return out;
}

namespace {

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string list_of(const json& object, const char* key) {
  std::string list;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return list;
  for (const json& item : *found) {
    if (list.size() > max_line) return list + ",...";
    list += (list.empty() ? "" : ",") + (item.is_string() ? item.get<std::string>() : text_of(item, "code"));
  }
  return list;
}

/// "reinstall of host", "wipe of /dev/sdb".
std::string question_of(const json& object) {
  const std::string targets = list_of(object, "targets");
  const std::string dataset = text_of(object, "dataset");
  return text_of(object, "operation") + " of " + (!dataset.empty() ? dataset : targets.empty() ? "host" : targets);
}

/// "override.applied o1, wipe of /dev/sdb: the reason; approved by ann,bob".
std::string override_line(const std::string& kind, const json& object, const std::string& why) {
  std::string approvals;
  if (const auto list = object.find("approvals"); list != object.end() && list->is_array()) {
    for (const json& one : *list) {
      approvals += (approvals.empty() ? "" : ",") + (one.is_object() ? text_of(one, "principal") : "");
    }
  }
  return kind + " " + text_of(object, "id") + ", " + question_of(object) + ": " + text_of(object, "reason") +
         (approvals.empty() ? "" : "; approved by " + approvals) + (why.empty() ? "" : "; refused, since " + why);
}

/// "permit.ended p1, wipe of /dev/sdb: ended with exit status 0".
std::string permit_line(const std::string& kind, const json& object, const std::string& reason) {
  std::string line = kind + " " + text_of(object, "id") + ", " + question_of(object);
  for (const std::string& why : {text_of(object, "lapsed"), text_of(object, "why"), reason}) {
    if (!why.empty() && line.find(why) == std::string::npos) line += ": " + why;
  }
  return line;
}

std::string what_of(const json& record) {
  const std::string kind = text_of(record, "kind");
  if (kind == "verdict") {
    const std::string codes = list_of(record, "codes");
    const std::string lifted = list_of(record, "lifted");
    return question_of(record) + ": " + text_of(record, "verdict") + (codes.empty() ? "" : " (" + codes + ")") +
           (lifted.empty() ? "" : ", lifted " + lifted) +
           (record.contains("spends") ? ", spends " + text_of(record, "spends") : "") +
           (record.contains("times") ? ", " + text_of(record, "times") + " times" : "");
  }
  if (const auto hold = record.find("hold"); hold != record.end() && hold->is_object()) {
    return kind + " " + text_of(*hold, "id") + ", " + question_of(*hold) + ": " + text_of(*hold, "reason");
  }
  if (const auto found = record.find("override"); found != record.end() && found->is_object()) {
    return override_line(kind, *found, text_of(record, "why"));
  }
  if (const auto found = record.find("permit"); found != record.end() && found->is_object()) {
    return permit_line(kind, *found, text_of(record, "reason"));
  }
  if (kind == "left_out") return "records that the ledger had no room for: " + text_of(record, "records");
  const std::string reason = text_of(record, "reason");
  return kind + (reason.empty() ? "" : ": " + reason);
}

}  // namespace

std::string audit_line(const json& record) {
  if (!record.is_object()) return "";
  std::string line = what_of(record);
  const auto caller = record.find("caller");
  if (caller == record.end() || !caller->is_object()) return line;
  line += "; by uid " + text_of(*caller, "uid");
  for (const auto& [key, name] : {std::pair{"login_uid", "login uid"}, {"pid", "pid"}, {"exe", ""}, {"unit", "in"}}) {
    if (const std::string text = text_of(*caller, key); !text.empty()) {
      line += (*name == '\0' ? " " : std::string(" ") + name + " ") + text;
    }
  }
  return line;
}

}  // namespace guardd
