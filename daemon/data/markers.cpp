// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/markers.hpp"

#include <algorithm>

#include "core/glob.hpp"

namespace guardd {
namespace {

// A glob such as *-Data.db may match thousands of names; the first few will prove as much.
constexpr std::size_t max_names = 16;

Marker parse_marker(std::string_view entry) {
  Marker marker;
  if (const std::size_t sign = entry.find('='); sign != std::string_view::npos) {
    marker.magic = entry.substr(sign + 1);
    entry = entry.substr(0, sign);
  }
  marker.directory = entry.ends_with('/');
  while (!entry.empty()) {
    const std::string_view part = entry.substr(0, entry.find('/'));
    entry.remove_prefix(std::min(part.size() + 1, entry.size()));
    if (!part.empty()) marker.parts.emplace_back(part);
  }
  return marker;
}

void note(MarkerHits& hits, std::size_t marker, std::string_view name) {
  std::vector<std::string>& names = hits.names[marker];
  if (names.size() < max_names && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

}  // namespace

bool is_glob(std::string_view pattern) { return pattern.find_first_of("*?") != std::string_view::npos; }

MarkerIndex::MarkerIndex(const std::vector<Recognition>& recognitions) {
  for (std::size_t i = 0; i < recognitions.size(); ++i) {
    for (const std::vector<std::string>& entries : recognitions[i].markers) {
      Set set{.recognition = i, .markers = {}};
      for (const std::string& entry : entries) {
        if (!parse_marker(entry).parts.empty()) set.markers.push_back(add(entry));
      }
      if (!set.markers.empty()) sets_.push_back(std::move(set));
    }
  }
}

std::size_t MarkerIndex::add(const std::string& entry) {
  const auto [place, added] = known_.emplace(entry, markers_.size());
  if (!added) return place->second;
  const std::size_t index = markers_.size();
  markers_.push_back(parse_marker(entry));
  const std::string& head = markers_.back().parts.front();
  const std::size_t last_wildcard = head.find_last_of("*?");
  if (!is_glob(head)) {
    plain_[head].push_back(index);
    begins_plain_[static_cast<unsigned char>(head.front())] = true;
  } else if (head.front() == '*' || head.front() == '?') {
    wild_.push_back({head.substr(last_wildcard + 1), index});
  } else {
    globs_[static_cast<unsigned char>(head.front())].push_back(index);
  }
  return index;
}

void MarkerIndex::see(std::string_view name, MarkerHits& hits) const {
  if (name.empty()) return;
  const auto first = static_cast<unsigned char>(name.front());
  if (begins_plain_[first]) {
    if (const auto found = plain_.find(name); found != plain_.end()) {
      for (const std::size_t marker : found->second) note(hits, marker, name);
    }
  }
  for (const std::size_t marker : globs_[first]) {
    if (glob_match(markers_[marker].parts.front(), name)) note(hits, marker, name);
  }
  for (const Wild& wild : wild_) {
    if (name.ends_with(wild.ending) && glob_match(markers_[wild.marker].parts.front(), name))
      note(hits, wild.marker, name);
  }
}

void MarkerIndex::assume_plain(MarkerHits& hits) const {
  for (const auto& [name, list] : plain_) {
    for (const std::size_t marker : list) note(hits, marker, name);
  }
}

std::vector<std::size_t> MarkerIndex::complete(const MarkerHits& hits) const {
  std::vector<std::size_t> result;
  if (hits.names.empty()) return result;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    const auto has = [&](std::size_t marker) { return hits.names.contains(marker); };
    if (std::ranges::all_of(sets_[i].markers, has)) result.push_back(i);
  }
  return result;
}

}  // namespace guardd
