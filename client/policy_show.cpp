// SPDX-License-Identifier: Apache-2.0
#include "client/commands.hpp"
#include "client/fetch.hpp"
#include "client/output.hpp"

namespace guardd::client {

int policy_show(const Arguments& arguments) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  const Fetched fetched = fetch_document(session, arguments, local, {"GET", "/v1/policy"});
  return show(arguments, fetched, [](const nlohmann::json& policy, const Style&) { return json_indented(policy); });
}

}  // namespace guardd::client
