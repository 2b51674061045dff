// SPDX-License-Identifier: Apache-2.0
#include "daemon/aged_text.hpp"

#include <string_view>

namespace guardd {

AgedText::AgedText(const std::string& text) {
  constexpr std::string_view key = R"("age_ms":)";
  std::size_t begin = 0;
  while (true) {
    const std::size_t found = text.find(key, begin);
    if (found == std::string::npos) break;
    parts_.push_back(text.substr(begin, found + key.size() - begin));
    begin = text.find_first_not_of("-0123456789", found + key.size());
    if (begin == std::string::npos) begin = text.size();
  }
  parts_.push_back(text.substr(begin));
}

std::string AgedText::at(std::int64_t age_ms) const {
  const std::string age = std::to_string(age_ms);
  std::string text = parts_.front();
  for (std::size_t i = 1; i < parts_.size(); ++i) {
    text += age;
    text += parts_[i];
  }
  return text;
}

}  // namespace guardd
