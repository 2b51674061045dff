// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guardd::client {

/// What a word of a command line names: what a shell may offer for it.
enum class WordKind {
  text,  ///< only who types knows it: a reason, a time, a host's name
  file,
  directory,
  disk_or_path,
  operation,
  verdict,
  hold,
  release,
  permit,
  override_id,
  override_subject,  ///< an operation, or "release"
  dataset,
  dataset_or_path,
};

}  // namespace guardd::client
