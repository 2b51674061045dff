// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <memory>

#include "client/commands.hpp"
#include "client/output.hpp"
#include "client/trust.hpp"
#include "core/policy.hpp"
#include "core/text.hpp"
#include "os/read.hpp"

namespace guardd::client {
namespace {

constexpr std::size_t policy_file_limit = std::size_t{1024} * 1024;

bool is_policy_name(std::string_view name) {
  return name.ends_with(".json") && !name.ends_with(".schema.json") && !name.starts_with('.');
}

/// The policy files that a path stands for: itself, or those in a directory, as guardd takes them, in order.
Result<std::vector<std::string>> policy_files(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return os_error(errno, path);
  if (!S_ISDIR(status.st_mode)) return std::vector<std::string>{path};

  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, Close> directory(::opendir(path.c_str()));
  if (!directory) return os_error(errno, path);
  std::vector<std::string> files;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    if (is_policy_name(entry->d_name)) files.push_back(path + "/" + entry->d_name);
  }
  if (errno != 0) return os_error(errno, path);
  std::sort(files.begin(), files.end());
  return files;
}

struct Findings {
  std::vector<std::string> checked;
  std::vector<std::string> unreadable;
  std::vector<std::string> errors;  // "FILE: /pointer: what"
};

/// Reads and parses what a path stands for; what goes wrong is added to `found`.
std::vector<PolicyFile> parse_path(const std::string& path, Findings& found) {
  std::vector<PolicyFile> parsed;
  const Result<std::vector<std::string>> files = policy_files(path);
  if (!files) {
    found.unreadable.push_back(files.error().message);
    return parsed;
  }
  for (const std::string& file : *files) {
    const Result<std::string> text = read_file(file, policy_file_limit);
    if (!text) {
      found.unreadable.push_back(text.error().message);
      continue;
    }
    found.checked.push_back(file);
    Result<PolicyFile> policy = parse_policy(file, *text);
    if (policy) {
      parsed.push_back(std::move(policy).value());
    } else {
      found.errors.push_back(policy.error().message);
    }
  }
  return parsed;
}

/// A site's file speaks of the shipped services and rules: the files are judged together with those, as guardd would.
/// Where guardd is not installed, the files must do on their own.
void check_together(std::vector<PolicyFile> files, Findings& found) {
  Findings floor;
  std::vector<PolicyFile> shipped = parse_path(std::string(shipped_policy_directory), floor);
  const bool has_floor = floor.errors.empty() && floor.unreadable.empty();
  if (has_floor) std::move(shipped.begin(), shipped.end(), std::back_inserter(files));
  const Result<Policy> merged = merge_policies(files);
  if (merged) return;
  std::string message = merged.error().message;
  if (!has_floor && merge_policies(files, PolicyExtent::part)) {
    message += " (and the shipped policies are not in " + std::string(shipped_policy_directory) +
               ": name their directory too)";
  }
  found.errors.push_back(std::move(message));
}

Findings check_paths(const std::vector<std::string>& paths) {
  Findings found;
  std::vector<PolicyFile> parsed;
  for (const std::string& path : paths) {
    std::vector<PolicyFile> files = parse_path(path, found);
    std::move(files.begin(), files.end(), std::back_inserter(parsed));
  }
  if (found.errors.empty()) check_together(std::move(parsed), found);
  return found;
}

std::string text_of(const Findings& found) {
  std::string text;
  for (const std::string& error : found.errors) text += reprintable(error) + "\n";
  for (const std::string& error : found.unreadable) text += reprintable(error) + "\n";
  if (text.empty())
    text = std::to_string(found.checked.size()) + (found.checked.size() == 1 ? " file is" : " files are") + " valid\n";
  return text;
}

}  // namespace

int policy_check(const Arguments& arguments) {
  const Findings found = check_paths(arguments.operands);
  int result = found.errors.empty() ? 0 : exit_status::refused;
  if (!found.unreadable.empty()) result = exit_status::usage;

  std::string text;
  if (arguments.json) {
    text = json_line(
        {{"valid", result == 0}, {"files", found.checked}, {"errors", found.errors}, {"unreadable", found.unreadable}});
  } else if (!arguments.quiet) {
    text = text_of(found);
  }
  return write_out(text) ? result : exit_status::unknown;
}

}  // namespace guardd::client
