// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace guardd::client {

/// policies/policy.schema.json as it was when guardctl was built.
extern const std::string_view policy_schema_text;

}  // namespace guardd::client
