// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/protocol.hpp"

#include "core/json_fields.hpp"

namespace guardd {

GUARDD_JSON_FIELDS(ProcessesInput, recognitions, deadline_ms, readlink_only, pids)
GUARDD_JSON_FIELDS(ProcessesOutput, processes, open_files, open_devices, busy_directories, busy_directories_complete,
                   mount_namespaces, processes_seen, descriptors_seen, scan, reports)
GUARDD_JSON_FIELDS(StorageInput, mount_namespaces)
GUARDD_JSON_FIELDS(StorageOutput, host_mnt_ns, mounts, devices, reports)
GUARDD_JSON_FIELDS(SignaturesInput, deadline_ms)
GUARDD_JSON_FIELDS(PartitionFact, device, uuid, type)
GUARDD_JSON_FIELDS(SignaturesOutput, signatures, partitions, reports)
GUARDD_JSON_FIELDS(DataInput, recognitions, mount_namespaces, processes, open_files, busy_directories, known_paths,
                   deadline_ms)
GUARDD_JSON_FIELDS(DataOutput, directories, filesystems, reports)
GUARDD_JSON_FIELDS(RememberedDataset, id, path, fs_uuid, fstype, handle, anchors, watermark)
GUARDD_JSON_FIELDS(MemoryInput, datasets, mount_namespaces, deadline_ms)
GUARDD_JSON_FIELDS(MemoryOutput, facts, reports)
GUARDD_JSON_FIELDS(ClientsInput, processes)
GUARDD_JSON_FIELDS(ClientsOutput, listeners, reports)
GUARDD_JSON_FIELDS(BootOutput, host, boot, reports)
GUARDD_JSON_FIELDS(ClaimsInput, devices)
GUARDD_JSON_FIELDS(ClaimsOutput, claims, reports)
GUARDD_JSON_FIELDS(TargetPath, path, mount_id, inode)
GUARDD_JSON_FIELDS(TargetsInput, recognitions, targets, loops, deadline_ms)
GUARDD_JSON_FIELDS(TargetsOutput, looks, directories, reports)
GUARDD_JSON_FIELDS(RoleInput, process, probe, credentials_file, deadline_ms)
GUARDD_JSON_FIELDS(GoodSignature, key, names)
GUARDD_JSON_FIELDS(ApprovalInput, allowed_signers, challenge, signatures, deadline_ms, ssh_keygen)
GUARDD_JSON_FIELDS(ApprovalOutput, signers_absent, problem, good, refused, hostname, machine_id)

}  // namespace guardd
