// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "daemon/server/route.hpp"

namespace guardd {

/// 404 for what is not there, 409 for what there is no room for, 503 where the ledger did not take it.
inline Reply ledger_refusal(const Error& error) {
  if (error.code == "not_found") return error_reply(404, error.code, error.message);
  if (error.code == "too_many") return error_reply(409, error.code, error.message);
  return error_reply(503, error.code, "nothing was changed: " + error.message);
}

}  // namespace guardd
