// SPDX-License-Identifier: Apache-2.0
#include "client/members.hpp"
#include "client/moment.hpp"
#include "client/render.hpp"

namespace guardd::client {

using nlohmann::json;

namespace {

std::string device_lines(const json& seal) {
  std::string text;
  for (const json& device : shown_array(seal, "devices")) {
    const std::string path = shown_text(device, "path");
    text += "  " + shown_text(device, "name") + (path.empty() ? "" : "  " + path) + "\n";
  }
  return text;
}

std::string denial_lines(const json& seal, const Style& style) {
  std::string text;
  for (const json& denial : shown_array(seal, "recent")) {
    const auto time = shown_integer(denial, "time");
    const auto times = shown_integer(denial, "times");
    text += "  " + (time ? shown_moment(*time) + "  " : "") + shown_text(denial, "reason") +
            (times && *times > 1 ? " (" + std::to_string(*times) + " times)" : "") + "\n    " +
            style.faint("-> " + shown_text(denial, "remedy")) + "\n";
  }
  return text;
}

}  // namespace

std::string render_seal(const json& status, const Style& style) {
  const json& seal = shown_object(status, "seal");
  const std::string mode = shown_text(seal, "mode");
  const std::string problem = shown_text(seal, "problem");
  if (mode.empty() || (mode == "off" && problem.empty())) return "";
  const bool in_force = seal.contains("in_force") && seal["in_force"] == true;
  std::string text = "\n" + style.bold("Seal") + "\n  " + mode + (in_force ? "" : ", " + style.red("not in force"));
  if (const auto left = shown_integer(seal, "lifted_for_s")) {
    text += ", " + style.red("lifted") + " for " + std::to_string(*left) + " s more";
  }
  text += "\n";
  if (!problem.empty()) text += "  " + style.red("problem") + ": " + problem + "\n";
  return text + device_lines(seal) + denial_lines(seal, style);
}

}  // namespace guardd::client
