// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/exports.hpp"

#include <charconv>

#include "daemon/inspect/report.hpp"
#include "daemon/storage/block_devices.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_entries = 4096;
constexpr std::size_t max_setting = 8192;

std::optional<std::uint32_t> number_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.rfind(key);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + key.size());
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end != text.data() ? std::optional(value) : std::nullopt;
}

class Exports {
 public:
  Exports(const HostRoot& root, std::vector<std::string>& problems)
      : sys_(root.sys), config_(root.sys + "/kernel/config"), problems_(problems) {}

  std::vector<Export> read() {
    check_is_mounted("target_core_mod", "target");
    check_is_mounted("nvmet", "nvmet");
    const std::string core = config_ + "/target/core";
    for (const std::string& hba : entries(core)) {
      for (const std::string& name : entries(path(core, hba))) add_backstore(path(path(core, hba), name), hba, name);
    }
    const std::string subsystems = config_ + "/nvmet/subsystems";
    for (const std::string& nqn : entries(subsystems)) {
      const std::string namespaces = path(path(subsystems, nqn), "namespaces");
      for (const std::string& number : entries(namespaces)) add_namespace(path(namespaces, number), nqn, number);
    }
    return std::move(exports_);
  }

 private:
  static std::string path(std::string directory, std::string_view name) { return directory.append("/").append(name); }

  void check_is_mounted(const char* module, const char* directory) {
    if (read_file(sys_ + "/module/" + module + "/refcnt", 64) && !list_names(path(config_, directory), max_entries)) {
      add_problem(problems_, std::string("what ") + module + " exports can't be seen: " + config_ + " is not mounted");
    }
  }

  /// Its directories: attributes among them are files, which have no entries.
  std::vector<std::string> entries(const std::string& directory) {
    Result<std::vector<std::string>> names = list_names(directory, max_entries);
    if (names) return std::move(names).value();
    const std::string& code = names.error().code;
    if (code != "enoent" && code != "enotdir") add_problem(problems_, names.error().message);
    return {};
  }

  std::optional<std::string> attribute(const std::string& directory, const char* name) {
    Result<std::string> text = read_file(path(directory, name), max_setting);
    if (!text) {
      const std::string& code = text.error().code;
      if (code != "enoent" && code != "enotdir" && code != "enodev") add_problem(problems_, text.error().message);
      return std::nullopt;
    }
    if (text->ends_with('\n')) text->pop_back();
    return std::move(text).value();
  }

  void add_backstore(const std::string& directory, const std::string& hba, const std::string& name) {
    const std::optional<std::string> info = attribute(directory, "info");
    if (!info || attribute(directory, "enable").value_or("1") == "0") return;
    Export one = parse_lio_info(*info);
    if (one.path.empty()) one.path = attribute(directory, "udev_path").value_or("");
    one.by = "LIO " + hba + "/" + name;
    const bool is_virtual = hba.starts_with("rd_mcp") || hba.starts_with("user");
    if (!is_virtual) exports_.push_back(std::move(one));
  }

  void add_namespace(const std::string& directory, const std::string& nqn, const std::string& number) {
    std::optional<std::string> device = attribute(directory, "device_path");
    if (!device || attribute(directory, "enable").value_or("1") == "0") return;
    exports_.push_back({.by = "nvmet " + nqn + "/" + number, .path = *std::move(device), .device = {}});
  }

  std::string sys_;
  std::string config_;
  std::vector<std::string>& problems_;
  std::vector<Export> exports_;
};

}  // namespace

Export parse_lio_info(std::string_view text) {
  Export result;
  const auto major = number_after(text, "Major: ");
  const auto minor = number_after(text, " Minor: ");
  if (major && minor && (*major != 0 || *minor != 0)) result.device = DeviceNumber{*major, *minor};
  constexpr std::string_view file = "        File: ";
  const std::size_t begin = text.find(file);
  const std::size_t end = text.rfind("  Size: ");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + file.size()) return result;
  result.path = text.substr(begin + file.size(), end - begin - file.size());
  return result;
}

std::vector<Export> read_exports(const HostRoot& root, std::vector<std::string>& problems) {
  return Exports(root, problems).read();
}

}  // namespace guardd
