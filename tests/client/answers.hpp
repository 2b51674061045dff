// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace guardd::client::test {

/// This machine's boot, read apart from the code under test.
std::string this_boot();

/// A whole answer of guardd's, from which a test takes away or changes what it is about.
nlohmann::json answer(const std::string& verdict, const std::string& operation = "reinstall",
                      const std::vector<std::string>& targets = {});

/// Whether `part` is in `text`.
inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A reason as guardd gives it.
nlohmann::json reason(const std::string& code);

}  // namespace guardd::client::test
