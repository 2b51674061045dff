// SPDX-License-Identifier: Apache-2.0
#include "client/tell.hpp"

#include <algorithm>

#include "client/output.hpp"
#include "client/trust.hpp"

namespace guardd::client {

int tell(const Arguments& arguments, const HttpRequest& request,
         std::string (*render)(const nlohmann::json&, const Style&)) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  return show(arguments, fetch_document(session, arguments, local, request), render);
}

int usage_error(const std::string& message) {
  write_error("guardctl: " + message + "\n");
  return exit_status::usage;
}

bool all_ids(std::span<const std::string> words) {
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos;
  });
}

}  // namespace guardd::client
