// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/protocol.hpp"

namespace guardd {

#define GUARDD_JSON(Type, ...)                                                              \
  void to_json(nlohmann::json& nlohmann_json_j, const Type& nlohmann_json_t) {              \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, __VA_ARGS__))                \
  }                                                                                         \
  void from_json(const nlohmann::json& nlohmann_json_j, Type& nlohmann_json_t) {            \
    const Type nlohmann_json_default_obj;                                                   \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_FROM_WITH_DEFAULT, __VA_ARGS__)) \
  }

GUARDD_JSON(ProcessesInput, recognitions, deadline_ms)
GUARDD_JSON(ProcessesOutput, processes, open_files, open_devices, busy_directories, busy_directories_complete,
            mount_namespaces, processes_seen, descriptors_seen, reports)
GUARDD_JSON(StorageInput, mount_namespaces)
GUARDD_JSON(StorageOutput, host_mnt_ns, mounts, devices, reports)
GUARDD_JSON(DataInput, recognitions, mount_namespaces, processes, open_files, busy_directories, known_paths,
            deadline_ms)
GUARDD_JSON(DataOutput, directories, filesystems, reports)
GUARDD_JSON(ClientsInput, processes)
GUARDD_JSON(ClientsOutput, listeners, reports)
GUARDD_JSON(BootOutput, host, boot, reports)
GUARDD_JSON(RoleInput, process, probe, credentials_file, deadline_ms)

#undef GUARDD_JSON

}  // namespace guardd
