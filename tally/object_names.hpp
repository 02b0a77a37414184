#pragma once

#include "messages/string_table.hpp"
#include "messages/uid.hpp"

#include <absl/container/flat_hash_map.h>
#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace tallyman {

/// Whether a controller drew this name of a pod at random ("web-5d9c7b-x2k4q"): five characters of the
/// alphabet of Kubernetes' `rand.String`, one of them a letter, so that the pods of a StatefulSet are not
/// meant. Such a name is practically never given twice.
inline bool is_drawn_name(std::string_view name) {
  constexpr std::size_t drawn = 5;
  if (name.size() <= drawn || name[name.size() - drawn - 1] != '-')
    return false;
  constexpr auto set_of = [](std::string_view alphabet, char first) {
    std::uint32_t set = 0;
    for (const char c : alphabet)
      set |= 1u << static_cast<unsigned>(c - first);
    return set;
  };
  constexpr auto letters = set_of("bcdfghjklmnpqrstvwxz", 'a'), digits = set_of("2456789", '0');
  bool has_letter = false;
  for (const char c : name.substr(name.size() - drawn)) {
    const auto letter = static_cast<unsigned char>(c - 'a'), digit = static_cast<unsigned char>(c - '0');
    const bool is_letter = letter < 26 && (letters >> letter & 1u) != 0;
    if (!is_letter && (digit > 9 || (digits >> digit & 1u) == 0))
      return false;
    has_letter = has_letter || is_letter;
  }
  return has_letter;
}

/// Which object has a name. Two objects of a kind cannot have one name in one namespace at the same time, so
/// whoever shows up under a name ends the one that had it.
///
/// Names are kept as hashes, with a key of the journal's own. Memory: about 70 bytes each.
class object_names {
public:
  using name_hash = std::uint64_t;

  static name_hash hash_of(string_id kind, string_id name_space, std::string_view name, std::uint64_t seed) {
    const auto scope =
        std::uint64_t{static_cast<std::uint32_t>(kind)} << 32 | static_cast<std::uint32_t>(name_space);
    return XXH3_64bits_withSeed(name.data(), name.size(), seed ^ (scope * 0x9e37'79b9'7f4a'7c15));
  }

  /// The empty uid if nobody has it.
  uid holder_of(name_hash name) const {
    const auto found = holders_.find(name);
    return found == holders_.end() ? uid{} : found->second;
  }

  void hold(name_hash name, const uid& id) {
    holders_[name] = id;
    names_[id] = name;
  }

  /// `id` is gone, and may never have held a name.
  void release(const uid& id) {
    const auto found = names_.find(id);
    if (found == names_.end())
      return;
    if (const auto holder = holders_.find(found->second); holder != holders_.end() && holder->second == id)
      holders_.erase(holder);
    names_.erase(found);
  }

private:
  absl::flat_hash_map<name_hash, uid> holders_;
  absl::flat_hash_map<uid, name_hash> names_;
};

} // namespace tallyman
