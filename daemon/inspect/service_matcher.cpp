// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/service_matcher.hpp"

#include <algorithm>

#include "procfs/escapes.hpp"

namespace guardd::walk {
namespace {

constexpr std::size_t comm_length = 15;
/// Options of the loader before the program that it runs, ld.so(8).
constexpr std::size_t loader_arguments = 16;

using Arguments = std::vector<std::string_view>;

/// ld-linux-x86-64.so.2, ld-linux-aarch64.so.1, ld-2.31.so, ld-musl-x86_64.so.1
bool is_loader(std::string_view name) { return name.starts_with("ld-") && name.find(".so") != std::string_view::npos; }

bool meets(const Recognition& recognition, const Arguments& arguments) {
  const auto& wanted = recognition.argument_contains;
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&arguments](const std::string& part) {
           return std::any_of(arguments.begin(), arguments.end(), [&part](std::string_view argument) {
             return argument.find(part) != std::string_view::npos;
           });
         });
}

}  // namespace

ServiceMatcher::ServiceMatcher(const std::vector<Recognition>& recognitions) : recognitions_(recognitions) {
  for (std::size_t i = 0; i < recognitions.size(); ++i) {
    for (const std::string& name : recognitions[i].executables) {
      executables_[name].push_back(i);
      comms_[name.substr(0, comm_length)].push_back(i);
    }
  }
}

std::optional<std::size_t> ServiceMatcher::find(const TextMap<std::vector<std::size_t>>& among, std::string_view name,
                                                const Arguments& arguments) const {
  const auto found = among.find(name);
  if (found == among.end()) return std::nullopt;
  for (const std::size_t index : found->second) {
    if (meets(recognitions_[index], arguments)) return index;
  }
  return std::nullopt;
}

bool ServiceMatcher::may_match(std::string_view exe, std::string_view comm) const {
  const std::string_view name = procfs::basename_of(exe);
  return executables_.find(name) != executables_.end() || comms_.find(comm) != comms_.end() || is_loader(name);
}

std::optional<ServiceMatch> ServiceMatcher::match(const ProcessNames& names) const {
  const Arguments& arguments = names.arguments;
  const std::string_view exe = procfs::basename_of(names.exe);
  if (const auto index = find(executables_, exe, arguments)) return ServiceMatch{*index, "executable"};
  if (const auto index = find(comms_, names.comm, arguments)) return ServiceMatch{*index, "comm"};
  if (arguments.empty()) return std::nullopt;

  if (const auto index = find(executables_, procfs::basename_of(arguments[0]), arguments)) {
    return ServiceMatch{*index, "argv0"};
  }
  // A title that the process wrote over its arguments: "redis-server *:6379", "postgres: checkpointer".
  const std::string_view title = arguments[0].substr(0, arguments[0].find_first_of(" :"));
  if (const auto index = find(executables_, procfs::basename_of(title), arguments))
    return ServiceMatch{*index, "argv0"};

  if (!is_loader(exe)) return std::nullopt;
  for (std::size_t i = 1; i < std::min(arguments.size(), loader_arguments); ++i) {
    if (const auto index = find(executables_, procfs::basename_of(arguments[i]), arguments)) {
      return ServiceMatch{*index, "argv0"};
    }
  }
  return std::nullopt;
}

namespace {

/// The value that argument `i` gives to `option`, or empty.
std::string_view value_of(std::string_view option, const Arguments& arguments, std::size_t i) {
  std::string_view argument = arguments[i];
  if (!argument.starts_with(option)) return {};
  argument.remove_prefix(option.size());
  if (argument.empty()) {
    const bool next = i + 1 < arguments.size() && !arguments[i + 1].starts_with('-');
    return next ? arguments[i + 1] : std::string_view{};
  }
  if (argument.front() == '=') return argument.substr(1);
  const bool short_option = option.size() == 2 && option[0] == '-' && option[1] != '-';
  return short_option ? argument : std::string_view{};
}

}  // namespace

std::vector<std::string> data_paths(const std::vector<std::string>& options, const Arguments& arguments,
                                    std::string_view cwd) {
  std::vector<std::string> paths;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    for (const std::string& option : options) {
      const std::string_view value = value_of(option, arguments, i);
      if (value.empty()) continue;
      std::string path;
      if (value.front() != '/') path.append(cwd).append("/");
      path.append(value);
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
    }
  }
  return paths;
}

}  // namespace guardd::walk
