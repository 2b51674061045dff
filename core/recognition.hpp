// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace guardd {

/// How one data service is recognised on a host. Plain data: policy makes it, inspectors look for it,
/// and neither knows the other.
struct Recognition {
  /// The service's name in answers, for instance "mysql".
  std::string service;
  /// Basenames of its executables, for instance "mariadbd". Matched on the executable, without a
  /// " (deleted)" suffix, on comm (15 bytes at most, proc(5)) and on the basename of argv[0].
  std::vector<std::string> executables;
  /// When not empty, one of these must also occur in an argument: a Java service is known by its main class.
  std::vector<std::string> argument_contains;
  /// Options whose value is a data directory: "--datadir" matches `--datadir=X`, `--datadir X`; "-D" also `-DX`.
  std::vector<std::string> datadir_arguments;
  /// Where the service keeps its data unless told otherwise: absolute paths, a `*` matches one component.
  std::vector<std::string> directories;
  /// Config files (absolute, a `*` matches within any one component, as in `directories`) and the keys in them that
  /// name a data directory.
  std::vector<std::string> config_files;
  std::vector<std::string> config_keys;
  /// A directory is a data directory of this service when it has every entry of one of these sets. An entry is
  /// a glob over names; a `/` at the end wants a directory; one `/` within reaches one level down; `=TEXT` at the end
  /// wants a file that begins with that text.
  std::vector<std::vector<std::string>> markers;
  /// Files right in a data directory that the service makes when it makes the data, and never replaces: by when they
  /// were made a fresh initialisation in the same directory is known to be another dataset.
  std::vector<std::string> identity_files = {};
  /// Globs over basenames: an open, mapped or locked file of such a name is active data of the service,
  /// whatever the program that has it is called. Only names that nothing else uses.
  std::vector<std::string> data_files;
  /// TCP ports by default; a process's real listeners are found by its sockets.
  std::vector<std::uint16_t> ports;
  /// Which role probe asks it: "mysql", or empty where none exists.
  std::string role_probe;

  bool operator==(const Recognition&) const = default;
};

}  // namespace guardd
