// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/audit.hpp"

namespace guardd {

/// Begins to tell of the audit trail: in the journal, with structured fields and a MESSAGE_ID (docs/audit.md), or in
/// the log where there is no journal. On the log's thread: a journal that stalls stalls nothing, and misses what its
/// queue has no room for. After start_logging().
void start_journal();

/// A record that is on disk, and where the trail stands with it: so the journal is the witness of a trail that was cut.
/// Safe from any thread, waits for nothing.
void tell_journal(const AuditRecord& record, const AuditHead& head);

}  // namespace guardd
