// SPDX-License-Identifier: Apache-2.0
#include "client/render.hpp"

#include "client/members.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

// A person reads this much; --json has everything.
constexpr std::size_t shown_reasons = 20;
constexpr std::size_t shown_evidence = 4;
constexpr std::size_t shown_devices = 6;

std::string may_be(std::string_view operation) {
  if (operation == "reinstall") return "be reinstalled";
  if (operation == "wipe") return "be wiped";
  if (operation == "reboot") return "go down";
  if (operation == "start") return "start";
  return "undergo this operation";
}

std::string headline(const json& document, const Style& style) {
  const std::string verdict = shown_text(document, "verdict");
  std::string what = shown_text(document, "scope") == "host" ? shown_text(shown_object(document, "host"), "hostname")
                                                             : shown_list(document, "targets", 4);
  if (what.empty()) what = "this host";
  const std::string done = may_be(shown_text(document, "operation"));
  std::string line = verdict_word(verdict, style) + ": ";
  if (verdict == "allow") return line + what + " may " + done + ".\n";
  if (verdict == "refuse") return line + what + " must not " + done + ".\n";
  return line + "whether " + what + " may " + done + " is not known. Treat it as not safe.\n";
}

std::string dataset_line(const json& dataset, const Style& style) {
  std::string service = shown_text(dataset, "service");
  if (service.empty()) return "";
  std::string line = style.bold(service);
  std::string detail = shown_text(dataset, "role");
  if (const std::string state = shown_text(dataset, "state"); !state.empty()) {
    detail += detail.empty() ? state : ", " + state;
  }
  if (!detail.empty()) line += " (" + detail + ")";
  if (const std::string path = shown_text(dataset, "path"); !path.empty()) line += " at " + path;
  if (const std::string devices = shown_list(dataset, "devices", shown_devices); !devices.empty())
    line += " on " + devices;
  return "  " + line + "\n";
}

std::string evidence_line(const json& evidence) {
  std::string line = shown_text(evidence, "inspector");
  if (!line.empty()) line += ":";
  if (const auto pid = shown_integer(evidence, "pid")) line += " pid " + std::to_string(*pid);
  for (const char* key : {"exe", "file", "detail"}) {
    if (const std::string text = shown_text(evidence, key); !text.empty()) line += " " + text;
  }
  return line;
}

std::string reason_lines(const json& reason, const Style& style) {
  std::string text = dataset_line(shown_object(reason, "dataset"), style);
  const std::string indent = text.empty() ? "  " : "    ";
  text += indent + shown_text(reason, "message");
  const std::string code = shown_text(reason, "code");
  const std::string rule = shown_text(reason, "rule");
  text += style.faint(" [" + code + (rule.empty() || rule == "builtin" ? "" : ", rule " + rule) + "]") + "\n";

  const json& evidence = shown_array(reason, "evidence");
  for (std::size_t i = 0; i < evidence.size() && i < shown_evidence; ++i) {
    text += indent + "  seen by " + evidence_line(evidence[i]) + "\n";
  }
  if (evidence.size() > shown_evidence) {
    text += indent + "  and " + std::to_string(evidence.size() - shown_evidence) + " more: --json shows all\n";
  }
  if (const std::string remedy = shown_text(reason, "remedy"); !remedy.empty()) {
    text += indent + "-> " + remedy + "\n";
  }
  return text;
}

std::string lifted_lines(const json& document, const Style& style) {
  std::string text;
  for (const json& lifted : shown_array(document, "lifted")) {
    text += "  " + style.yellow("lifted") + " by " + shown_text(lifted, "by") + ": " + shown_text(lifted, "message") +
            style.faint(" [" + shown_text(lifted, "code") + "]") + "\n";
  }
  return text;
}

std::string source_line(const json& document, const Style& style) {
  std::string line;
  const json& snapshot = shown_object(document, "snapshot");
  if (const auto generation = shown_integer(snapshot, "generation")) line += "snapshot " + std::to_string(*generation);
  if (const auto age = shown_integer(snapshot, "age_ms")) line += ", " + std::to_string(*age) + " ms old";
  if (const auto generation = shown_integer(shown_object(document, "policy"), "generation")) {
    line += (line.empty() ? "policy " : "; policy ") + std::to_string(*generation);
  }
  if (shown_text(document, "instance") == "private")
    line += (line.empty() ? "" : "; ") + std::string("a private instance");
  return line.empty() ? "" : style.faint("  (" + line + ")") + "\n";
}

}  // namespace

std::string verdict_word(std::string_view verdict, const Style& style) {
  if (verdict == "allow") return style.green("ALLOWED");
  if (verdict == "refuse") return style.red("REFUSED");
  return style.yellow("UNKNOWN");
}

std::string render_verdict(const json& document, const Style& style) {
  std::string text = headline(document, style);
  const json& reasons = shown_array(document, "reasons");
  for (std::size_t i = 0; i < reasons.size() && i < shown_reasons; ++i) text += reason_lines(reasons[i], style);
  if (reasons.size() > shown_reasons) {
    text += "  and " + std::to_string(reasons.size() - shown_reasons) + " more reasons: --json shows all\n";
  }
  return text + lifted_lines(document, style) + source_line(document, style);
}

}  // namespace guardd::client
