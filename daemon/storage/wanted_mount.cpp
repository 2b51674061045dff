// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/wanted_mount.hpp"

#include <libmount/libmount.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "os/trim.hpp"
#include "procfs/fields.hpp"

namespace guardd {
namespace {

constexpr std::string_view unit_blanks = " \t\r";

std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest, unit_blanks);
  const std::string_view word = rest.substr(0, rest.find_first_of(unit_blanks));
  rest.remove_prefix(word.size());
  return word;
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

/// libmount calls this for a line that it can't read; 1 lets it go on with the next.
int bad_line(libmnt_table* table, const char* /*filename*/, int line) {
  auto* wanted = static_cast<WantedMounts*>(mnt_table_get_userdata(table));
  wanted->problems.push_back("line " + std::to_string(line) + " can't be read");
  return 1;
}

struct Unref {
  void operator()(libmnt_table* table) const { mnt_unref_table(table); }
  void operator()(libmnt_iter* iterator) const { mnt_free_iter(iterator); }
};

}  // namespace

WantedMounts parse_fstab(std::string_view text, const std::string& named_by) {
  WantedMounts wanted;
  if (text.find('\0') != std::string_view::npos) wanted.problems.emplace_back("holds NUL bytes");
  if (text.empty()) return wanted;  // fmemopen refuses a size of 0
  std::string copy(text);
  const std::unique_ptr<FILE, int (*)(FILE*)> stream(fmemopen(copy.data(), copy.size(), "r"), &std::fclose);
  const std::unique_ptr<libmnt_table, Unref> table(mnt_new_table());
  const std::unique_ptr<libmnt_iter, Unref> iterator(mnt_new_iter(MNT_ITER_FORWARD));
  if (!stream || !table || !iterator) {
    wanted.problems.emplace_back("out of memory");
    return wanted;
  }
  mnt_table_set_userdata(table.get(), &wanted);
  mnt_table_set_parser_errcb(table.get(), &bad_line);
  if (mnt_table_parse_stream(table.get(), stream.get(), named_by.c_str()) != 0) {
    wanted.problems.emplace_back("can't be parsed");
  }
  libmnt_fs* entry = nullptr;
  while (mnt_table_next_fs(table.get(), iterator.get(), &entry) == 0) {
    if (wanted.mounts.size() == max_wanted_mounts) {
      wanted.problems.emplace_back("more than 10000 entries");
      break;
    }
    wanted.mounts.push_back({text_or_empty(mnt_fs_get_source(entry)), text_or_empty(mnt_fs_get_target(entry)),
                             text_or_empty(mnt_fs_get_fstype(entry)), text_or_empty(mnt_fs_get_options(entry)),
                             named_by});
  }
  for (std::string& problem : wanted.problems) problem.insert(0, ": ").insert(0, named_by);
  return wanted;
}

std::optional<WantedMount> parse_mount_unit(std::string_view text, const std::string& named_by) {
  WantedMount mount;
  mount.named_by = named_by;
  bool in_section = false;
  while (!text.empty()) {
    std::string line(trimmed(procfs::take_line(text), unit_blanks));
    while (line.ends_with('\\') && !text.empty()) {
      line.back() = ' ';
      line += trimmed(procfs::take_line(text), unit_blanks);
    }
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      in_section = line == "[Mount]";
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!in_section || equals == std::string::npos) continue;
    const std::string_view key = trimmed(std::string_view(line).substr(0, equals), unit_blanks);
    const std::string value(trimmed(std::string_view(line).substr(equals + 1), unit_blanks));
    if (key == "What") mount.what = value;
    if (key == "Where") mount.where = value;
    if (key == "Type") mount.fstype = value;
    if (key == "Options") mount.options = value;
  }
  if (mount.what.empty() || mount.where.empty()) return std::nullopt;
  return mount;
}

WantedCrypts parse_crypttab(std::string_view text) {
  WantedCrypts wanted;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view rest = trimmed(procfs::take_line(text), unit_blanks);
    if (rest.empty() || rest.front() == '#') continue;
    WantedCrypt entry;
    entry.name = take_word(rest);
    entry.device = take_word(rest);
    take_word(rest);  // the key file
    entry.options = take_word(rest);
    if (entry.device.empty()) {
      wanted.problems.push_back("/etc/crypttab: line " + std::to_string(number) + " can't be read");
    } else if (wanted.entries.size() == max_wanted_mounts) {
      wanted.problems.emplace_back("/etc/crypttab: more than 10000 entries");
      break;
    } else {
      wanted.entries.push_back(std::move(entry));
    }
  }
  return wanted;
}

bool has_option(std::string_view options, std::string_view option) {
  while (true) {
    const std::string_view one = options.substr(0, options.find(','));
    if (one.substr(0, one.find('=')) == option) return true;
    if (one.size() == options.size()) return false;
    options.remove_prefix(one.size() + 1);
  }
}

}  // namespace guardd
