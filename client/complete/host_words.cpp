// SPDX-License-Identifier: Apache-2.0
#include "client/complete/host_words.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>

#include "client/fetch.hpp"
#include "client/members.hpp"
#include "client/session.hpp"
#include "os/read.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds longest_question{500};
constexpr std::size_t most_disks = 256;
constexpr std::size_t max_size_bytes = 64;  // of /sys/class/block/NAME/size
constexpr std::uint64_t sector = 512;       // its unit, whatever the disk's own sectors are

/// Where guardd lists what of this kind there is, and what to say of one.
struct Source {
  WordKind kind;
  const char* path;
  const char* list;
  std::array<const char*, 3> described_by;
};
constexpr std::array sources{
    Source{WordKind::hold, "/v1/holds", "holds", {"operation", "reason", "by"}},
    Source{WordKind::release, "/v1/releases", "releases", {"path", "device", "reason"}},
    Source{WordKind::permit, "/v1/permits", "permits", {"state", "operation", "reason"}},
    Source{WordKind::override_id, "/v1/overrides", "overrides", {"state", "operation", "reason"}},
    Source{WordKind::dataset, "/v1/status", "remembered", {"service", "path", "last_role"}},
};

/// Nothing that a shell would have to quote.
bool is_plain(const std::string& word) {
  return !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-_./:+@%,").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::vector<Candidate> ask(const Source& source, const Arguments& partial) {
  Arguments arguments = partial;
  arguments.timeout = longest_question;
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  const Fetched fetched = fetch_document(session, arguments, local, {"GET", source.path});
  std::vector<Candidate> words;
  for (const json& one : shown_array(fetched.document, source.list)) {
    // An ended permit has nothing more to end.
    if (source.kind == WordKind::permit && shown_text(one, "state") == "ended") continue;
    Candidate word{shown_text(one, "id"), ""};
    for (const char* key : source.described_by) {
      const std::string text = shown_text(one, key);
      if (!text.empty()) word.description += (word.description.empty() ? "" : " ") + text;
    }
    if (is_plain(word.word)) words.push_back(std::move(word));
  }
  return words;
}

std::string shown_size(std::uint64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  std::uint64_t tenths = bytes * 10;
  for (; tenths >= 10'240 && unit + 1 < units.size(); ++unit) tenths /= 1024;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + units.at(unit);
}

std::vector<Candidate> disks() {
  constexpr const char* directory = "/sys/class/block";
  struct Close {
    void operator()(DIR* open) const { ::closedir(open); }
  };
  std::vector<Candidate> words;
  const std::unique_ptr<DIR, Close> list(::opendir(directory));
  for (const dirent* entry = nullptr;
       list && words.size() < most_disks && (entry = ::readdir(list.get())) != nullptr;) {
    std::string node = std::string("/dev/") + entry->d_name;
    std::ranges::replace(node, '!', '/');  // as sysfs writes cciss/c0d0
    struct stat found {};
    if (!is_plain(node) || ::stat(node.c_str(), &found) != 0 || !S_ISBLK(found.st_mode)) continue;
    const Result<std::string> text = read_file(std::string(directory) + "/" + entry->d_name + "/size", max_size_bytes);
    std::uint64_t sectors = 0;
    if (text) (void)std::from_chars(text->data(), text->data() + text->size(), sectors);
    // A loop device without a file, a drive without a disk.
    if (sectors != 0) words.push_back({std::move(node), shown_size(sectors * sector)});
  }
  std::ranges::sort(words, {}, &Candidate::word);
  return words;
}

}  // namespace

std::vector<Candidate> words_of_this_host(WordKind kind, const Arguments& partial) {
  std::vector<Candidate> words;
  if (kind == WordKind::disk_or_path || kind == WordKind::dataset_or_path) words = disks();
  const WordKind listed = kind == WordKind::dataset_or_path ? WordKind::dataset : kind;
  const auto source = std::ranges::find(sources, listed, &Source::kind);
  if (source != sources.end()) std::ranges::move(ask(*source, partial), std::back_inserter(words));
  return words;
}

}  // namespace guardd::client
