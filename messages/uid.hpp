#pragma once

#include "messages/string_table.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tallyman {

/// The metadata.uid of a Kubernetes object in 16 bytes.
///
/// The API server draws version 4 UUIDs; those are stored as they are. Any other text that some server or
/// tool calls a uid (the API documents it as an opaque string) is interned, and told apart by the version
/// nibble 15, which RFC 9562 gives to no UUID that is ever generated.
struct uid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  /// No uid: what a reference to nothing holds.
  bool empty() const noexcept { return high == 0 && low == 0; }

  friend bool operator==(const uid&, const uid&) = default;
  friend auto operator<=>(const uid&, const uid&) = default;

  template <class H>
  friend H AbslHashValue(H state, const uid& id) {
    // One word: nobody chooses the bits of a uid (those of an interned one are a sequence), and it is hashed
    // some twenty times for each event.
    return H::combine(std::move(state), id.high ^ (id.low * 0x9e37'79b9'7f4a'7c15));
  }
};

/// The uid that `text` stands for; the empty text gives the empty uid.
uid parse_uid(std::string_view text, interner& strings);

/// The text that `id` was made from. `strings` is the table that `parse_uid` used.
std::string to_string(const uid& id, const string_table& strings);

/// The interned text behind a uid that is not a UUID, else `string_id::empty`.
string_id interned_part(const uid& id) noexcept;

/// Whether `parse_uid` can have given `id` with this table: what a decoder must ask before it believes a uid
/// from a file. The empty uid is valid.
bool is_valid(const uid& id, const string_table& strings) noexcept;

} // namespace tallyman
