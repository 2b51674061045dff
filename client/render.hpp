// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace guardd::client {

/// How text looks on this output.
struct Style {
  bool colour = false;

  [[nodiscard]] std::string red(std::string_view text) const { return paint("\033[1;31m", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return paint("\033[1;33m", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return paint("\033[1;32m", text); }
  [[nodiscard]] std::string bold(std::string_view text) const { return paint("\033[1m", text); }
  [[nodiscard]] std::string faint(std::string_view text) const { return paint("\033[2m", text); }

 private:
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const {
    return colour ? std::string(code) + std::string(text) + "\033[0m" : std::string(text);
  }
};

/// "REFUSED", "UNKNOWN" or "ALLOWED" in its colour, for a verdict as it stands on the wire; anything else is UNKNOWN.
std::string verdict_word(std::string_view verdict, const Style& style);

/// A verdict for people: the verdict, then for each reason the dataset, what happened, a few lines of evidence and what
/// to do next. Every string of the document is made safe for a terminal. Members that are absent or of another type are
/// left out.
std::string render_verdict(const nlohmann::json& document, const Style& style);

/// What GET /v1/status says, for people: the verdicts first, then datasets, what was decided, and how guardd is.
std::string render_status(const nlohmann::json& document, const Style& style);
/// What the status says of the seal; nothing where it is off.
std::string render_seal(const nlohmann::json& status, const Style& style);

}  // namespace guardd::client
