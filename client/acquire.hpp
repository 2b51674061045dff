// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "client/arguments.hpp"
#include "client/local_host.hpp"
#include "client/session.hpp"
#include "client/trust.hpp"
#include "core/result.hpp"
#include "core/wire_permit.hpp"

namespace guardd::client {

/// What came of asking for a permit. Exit status 0 only out of an allow that conclude() accepts together with a whole
/// permit, in force, for what was asked.
struct Acquired {
  Conclusion conclusion;
  nlohmann::json permit;  ///< as guardd gave it; null unless the exit status is 0
  std::string id;         ///< of it, "p1"; empty unless the exit status is 0
};

/// Asks for a permit for the operation that is the command line's one operand, and its --target. `has_command`: for a
/// command that this process runs; else --holder has it. A permit that can't be relied on is given back. Error "usage":
/// nothing was asked, or guardd takes that holder for none.
Result<Acquired> acquire(Session& session, const Arguments& arguments, const LocalHost& local, bool has_command);

/// Why guardd's permit is not the one that was asked for; empty when it is. Pure but for the clock of this boot.
std::string distrust_permit(const nlohmann::json& permit, const PermitRequest& asked, std::int32_t holder,
                            const LocalHost& local);

/// Whether it may be a permit's id: it becomes part of a request's path and of a unit's name.
bool is_permit_id(const std::string& id);

}  // namespace guardd::client
