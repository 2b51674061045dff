// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/kernel_seal.hpp"

#include <array>

#include "seal/bpf_call.hpp"

namespace guardd::seal {
namespace {

guardd_seal_device to_kernel(const Device& device) {
  return {device.character ? unsigned{GUARDD_SEAL_CHARACTER} : unsigned{GUARDD_SEAL_BLOCK}, device.number.major,
          device.number.minor};
}

Device from_kernel(const guardd_seal_device& key) {
  return {key.type == GUARDD_SEAL_CHARACTER, {key.major, key.minor}};
}

guardd_seal_exempt to_kernel(const Exemption& exemption) {
  guardd_seal_exempt key{.cgroup = exemption.cgroup, .device = {}, .zero = 0};
  if (exemption.device) key.device = to_kernel(*exemption.device);
  return key;
}

Exemption from_kernel(const guardd_seal_exempt& key) {
  Exemption exemption{.cgroup = key.cgroup, .device = {}};
  if (key.device.type != 0) exemption.device = from_kernel(key.device);
  return exemption;
}

/// Nobody but guardd writes the maps, so that nothing goes while they are read but what has ended with its permit.
template <typename Key, typename Value, typename Out>
Result<Out> read_all(const Fd& map, std::size_t most) {
  Out out;
  Key key{};
  const Key* last = nullptr;
  for (std::size_t i = 0; i <= most; ++i) {
    Key next{};
    const Result<bool> more = map_next(map.get(), last, &next);
    if (!more) return more.error();
    if (!*more) return out;
    Value value{};
    if (const auto error = map_get(map.get(), &next, &value)) return *error;
    static_assert(sizeof(value) == sizeof(std::uint64_t));
    out[from_kernel(next)] = __builtin_bit_cast(std::uint64_t, value);
    key = next;
    last = &key;
  }
  return Error{"too_big", "a map of the seal has no end"};
}

template <typename Wanted>
std::optional<Error> add(const Fd& map, const Wanted& present, const Wanted& wanted) {
  for (const auto& [what, value] : wanted) {
    const auto is = present.find(what);
    if (is != present.end() && is->second == value) continue;
    const auto key = to_kernel(what);
    if (auto error = map_put(map.get(), &key, &value)) return error;
  }
  return std::nullopt;
}

template <typename Wanted>
std::optional<Error> remove(const Fd& map, const Wanted& present, const Wanted& wanted) {
  for (const auto& [what, value] : present) {
    if (wanted.contains(what)) continue;
    const auto key = to_kernel(what);
    if (auto error = map_delete(map.get(), &key)) return error;
  }
  return std::nullopt;
}

/// A full map takes what is new only when what is old is gone; what stays is not touched by that either.
template <typename Wanted>
std::optional<Error> make_equal(const Fd& map, const Wanted& present, const Wanted& wanted) {
  auto added = add(map, present, wanted);
  if (added && added->code != "e2big") return added;
  if (auto error = remove(map, present, wanted)) return error;
  if (!added) return std::nullopt;
  if (auto error = add(map, present, wanted)) return Error{"no_room", "a map of the seal is full: " + error->message};
  return std::nullopt;
}

}  // namespace

Result<Sealed> read_sealed(const Pinned& pinned) {
  return read_all<guardd_seal_device, guardd_seal_entry, Sealed>(pinned.sealed, GUARDD_SEAL_MOST_DEVICES);
}

Result<Exemptions> read_exemptions(const Pinned& pinned) {
  return read_all<guardd_seal_exempt, guardd_seal_until, Exemptions>(pinned.exempt, GUARDD_SEAL_MOST_EXEMPTIONS);
}

Result<Counters> read_counters(const Pinned& pinned) {
  std::array<std::uint64_t, GUARDD_SEAL_COUNTERS> values{};
  for (std::uint32_t which = 0; which < values.size(); ++which) {
    if (const auto error = map_get(pinned.counters.get(), &which, &values[which])) return *error;
  }
  return Counters{values[GUARDD_SEAL_DENIED], values[GUARDD_SEAL_OBSERVED], values[GUARDD_SEAL_EXEMPTED],
                  values[GUARDD_SEAL_LIFTED], values[GUARDD_SEAL_UNTOLD]};
}

std::optional<Error> follow(const Pinned& pinned, const Sealed& wanted, bool keep) {
  const Result<Sealed> present = read_sealed(pinned);
  if (!present) return present.error();
  if (!keep) return make_equal(pinned.sealed, *present, wanted);
  auto error = add(pinned.sealed, *present, wanted);
  if (error && error->code == "e2big") return Error{"no_room", "a map of the seal is full: " + error->message};
  return error;
}

std::optional<Error> follow(const Pinned& pinned, const Exemptions& wanted) {
  const Result<Exemptions> present = read_exemptions(pinned);
  if (!present) return present.error();
  return make_equal(pinned.exempt, *present, wanted);
}

}  // namespace guardd::seal
