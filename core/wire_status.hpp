// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

namespace guardd {

/// The document of GET /v1/status without what differs from look to look though nothing has happened: its times, ages
/// and numbers of looks. Takes any document: a client does not know what it was answered.
nlohmann::json without_times(nlohmann::json status);

}  // namespace guardd
