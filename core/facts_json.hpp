// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "core/facts.hpp"
#include "core/json_fields.hpp"
#include "core/recognition.hpp"
#include "core/release.hpp"
#include "core/snapshot.hpp"

/// Facts as JSON: between guardd and its workers (as CBOR, where byte strings that are no UTF-8 pass unharmed), in test
/// scenarios. Members that have their default are left out. from_json throws nlohmann::json::exception on a wrong type;
/// absent members keep their defaults, unknown ones are ignored.
namespace guardd {

// NOLINTBEGIN(bugprone-macro-parentheses): a type can't be put in parentheses
#define GUARDD_JSON(Type)                               \
  void to_json(nlohmann::json& out, const Type& value); \
  void from_json(const nlohmann::json& in, Type& value)
// NOLINTEND(bugprone-macro-parentheses)

GUARDD_JSON(DeviceNumber);
GUARDD_JSON(Namespaces);
GUARDD_JSON(ProcessFact);
GUARDD_JSON(OpenFileFact);
GUARDD_JSON(OpenDeviceFact);
GUARDD_JSON(BusyDirectory);
GUARDD_JSON(NamespaceSample);
GUARDD_JSON(MountFact);
GUARDD_JSON(FilesystemFact);
GUARDD_JSON(BlockDeviceFact);
GUARDD_JSON(Signature);
GUARDD_JSON(SignatureFact);
GUARDD_JSON(DeviceClaimFact);
GUARDD_JSON(TargetLookFact);
GUARDD_JSON(DirectoryUse);
GUARDD_JSON(Anchor);
GUARDD_JSON(Watermark);
GUARDD_JSON(DataDirectoryFact);
GUARDD_JSON(Whereabouts);
GUARDD_JSON(MemoryFact);
GUARDD_JSON(DeviceIdentity);
GUARDD_JSON(DatasetMemory);
GUARDD_JSON(Release);
GUARDD_JSON(ListenerFact);
GUARDD_JSON(Role);
GUARDD_JSON(RoleFact);
GUARDD_JSON(MissingMount);
GUARDD_JSON(BootFact);
GUARDD_JSON(HostFact);
GUARDD_JSON(Health);
GUARDD_JSON(ScanFact);
GUARDD_JSON(InspectorReport);
GUARDD_JSON(Recognition);
GUARDD_JSON(EventSourceReport);
GUARDD_JSON(Snapshot);

#undef GUARDD_JSON

}  // namespace guardd
