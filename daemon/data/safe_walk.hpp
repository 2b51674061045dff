// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "daemon/data/node.hpp"
#include "daemon/data/view.hpp"

namespace guardd {

inline constexpr int max_symlinks = 40;  ///< the kernel's MAXSYMLINKS
inline constexpr std::size_t max_components = 256;

/// Resolves an absolute path within a view's root, a component at a time. Symbolic links are followed by hand and stay
/// inside that root. Before each step the mount table is asked what is mounted there, and what could hang the caller is
/// not entered: FUSE, network and cluster filesystems, autofs, the kernel's pseudo filesystems. A mount that the table
/// does not know, even read anew, ends the walk. (An overlay may have a FUSE layer beneath; that can't be seen from
/// here.)
///
/// Errors: "enoent", "enotdir", "eloop", "eacces" and other symbols of openat2(2); "not_local" (with the filesystem's
/// type in the message); "unknown_mount"; "too_deep".
Result<Node> walk(View& view, std::string_view path);

/// One step: the entry `name` of a directory that a walk reached. A symbolic link is not followed, but is itself the
/// result.
Result<Node> step(View& view, const Node& directory, const std::string& name);

/// True for failures that hide nothing: there is no such thing.
bool is_absence(const Error& error);

}  // namespace guardd
