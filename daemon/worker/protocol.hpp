// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "core/facts_json.hpp"
#include "daemon/approval/approval.hpp"
#include "daemon/inspect/inspectors.hpp"

/// The inspectors' inputs and outputs as JSON, between guardd and its workers. from_json throws
/// nlohmann::json::exception on a wrong type; absent members keep their defaults.
namespace guardd {

// NOLINTBEGIN(bugprone-macro-parentheses): a type can't be put in parentheses
#define GUARDD_JSON(Type)                               \
  void to_json(nlohmann::json& out, const Type& value); \
  void from_json(const nlohmann::json& in, Type& value)
// NOLINTEND(bugprone-macro-parentheses)

GUARDD_JSON(ProcessesInput);
GUARDD_JSON(ProcessesOutput);
GUARDD_JSON(StorageInput);
GUARDD_JSON(StorageOutput);
GUARDD_JSON(SignaturesInput);
GUARDD_JSON(PartitionFact);
GUARDD_JSON(SignaturesOutput);
GUARDD_JSON(DataInput);
GUARDD_JSON(DataOutput);
GUARDD_JSON(RememberedDataset);
GUARDD_JSON(MemoryInput);
GUARDD_JSON(MemoryOutput);
GUARDD_JSON(ClientsInput);
GUARDD_JSON(ClientsOutput);
GUARDD_JSON(BootOutput);
GUARDD_JSON(ClaimsInput);
GUARDD_JSON(ClaimsOutput);
GUARDD_JSON(TargetPath);
GUARDD_JSON(TargetsInput);
GUARDD_JSON(TargetsOutput);
GUARDD_JSON(RoleInput);
GUARDD_JSON(GoodSignature);
GUARDD_JSON(ApprovalInput);
GUARDD_JSON(ApprovalOutput);

#undef GUARDD_JSON

}  // namespace guardd
