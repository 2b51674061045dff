// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "client/http.hpp"
#include "client/local_host.hpp"
#include "core/known.hpp"
#include "core/operation.hpp"
#include "core/request.hpp"
#include "core/result.hpp"

namespace guardd::client {

/// guardctl's exit status: a contract with every script that calls it.
namespace exit_status {
inline constexpr int allow = 0;
inline constexpr int refused = 1;
inline constexpr int usage = 2;
inline constexpr int unknown = 3;
inline constexpr int not_permitted = 4;
inline constexpr int lapsed = 124;     ///< exec: its command has run, its permit was not valid to the end
inline constexpr int never_ran = 125;  ///< exec: its command did not run
}  // namespace exit_status

/// What was asked, and of whom.
struct Question {
  CheckRequest request;
  bool socket_given = false;  ///< --socket: the caller takes a private instance's word
  std::string socket;
};

/// What the caller gets: the outcome and its exit status, and the verdict as JSON, guardd's own or one that the client
/// had to make itself.
struct Conclusion {
  Outcome outcome = Outcome::unknown;
  int exit_status = exit_status::unknown;
  nlohmann::json document;
};

/// The decision that everything here is for. Pure. Exit status 0 comes only out of a whole allow, without a reason
/// left, for this operation, this scope and these targets, of this boot, by the system's instance (or a private one
/// where --socket was given), on the host that the caller expected. `is_expected_host` is what the client found itself;
/// true where nothing was expected.
Conclusion conclude(const Question& question, const Result<HttpResponse>& answer, const LocalHost& local,
                    const Known<bool>& is_expected_host);

/// The verdict that the client makes when there is no answer to hand on: unknown, with one reason.
Conclusion client_verdict(const Question& question, const LocalHost& local, const Error& why, std::string remedy);

/// The member "host" of a verdict that the client makes.
nlohmann::json host_json(const LocalHost& local);

/// The message of an error answer's body, or "no reason given"; safe to show.
std::string error_message(const std::string& body);

/// Why an instance and a boot id are not to be believed; empty when they are.
std::string distrust(const nlohmann::json& instance, const nlohmann::json& boot_id, bool socket_given,
                     const LocalHost& local);

}  // namespace guardd::client
