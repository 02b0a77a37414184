#pragma once

#include "kube/json/nesting_scanner.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tallyman::kube {

/// Cuts a stream of JSON objects into pieces that fit in memory: an object as a whole, a list as its head (up
/// to the bracket that opens its items), its items one by one, and its tail (from the bracket that closes
/// them). A list is what the API machinery takes for one: an object with an array `items`.
///
/// It works on a window of the stream that the caller fills at the end and drops at the front. All positions
/// are relative to that window.
class json_splitter {
public:
  enum class piece : std::uint8_t {
    none,      ///< the window is used up
    object,    ///< a top-level object that is not a list
    list_head, ///< ends with the '[' of items
    item,
    list_tail, ///< begins with the ']' of items
    bad,       ///< `problem` says why; nothing moves on until `skip`
  };

  struct step {
    piece what = piece::none;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view problem;
  };

  explicit json_splitter(std::uint32_t nesting_max);

  /// The next piece of the first `size` bytes of `text`, behind which `block_size` bytes must be readable.
  step next(const char* text, std::size_t size);

  /// Gives up on a piece, the last one that `next` returned or the one that is not complete yet: it ends at
  /// its closing bracket, or at the first newline in it that a '{' follows, which also ends a list that it is
  /// in. Giving up on the head or the tail of a list gives up on the list.
  void skip(const char* text, const step& given_up);

  /// What is before this position is no longer needed.
  std::size_t needed_from() const noexcept;

  /// Shifts all positions after the caller has dropped the first `count` bytes of its window.
  void drop_front(std::size_t count) noexcept;

  bool between_values() const noexcept { return phase_ == phase::between; }
  bool skipping() const noexcept { return phase_ == phase::skip; }
  bool in_list() const noexcept { return in_list_; }

private:
  // A member is scanned as: member -> key -> colon -> value -> (nested | text | scalar) -> member.
  enum class phase : std::uint8_t {
    between, ///< white space between top-level values
    member,  ///< before the key of a top-level member, or the end of the object
    key,     ///< within that key
    colon,
    value,    ///< before the value of that member
    nested,   ///< within a value that is an object or an array
    text,     ///< within a value that is a string
    scalar,   ///< within any other value
    opaque,   ///< within an object that is not JSON: only its end matters
    elements, ///< before an item, or the end of the items
    item,     ///< within an item
    skip,     ///< within a value that was given up
  };

  using maybe_step = std::optional<step>;

  maybe_step advance(const char* text, std::size_t size);
  maybe_step scan_between(const char* text);
  maybe_step scan_member(const char* text);
  maybe_step scan_key(const char* text, std::size_t size);
  maybe_step scan_colon(const char* text);
  maybe_step scan_value(const char* text);
  maybe_step scan_nested(const char* text, std::size_t size, std::uint32_t levels_above, phase after);
  maybe_step scan_text(const char* text, std::size_t size);
  maybe_step scan_scalar(const char* text, std::size_t size);
  maybe_step scan_opaque(const char* text, std::size_t size);
  maybe_step scan_element(const char* text);
  maybe_step scan_skip(const char* text, std::size_t size);

  maybe_step end_of_object();
  maybe_step bad(std::string_view problem) const;
  void enter_opaque();
  bool find_quote(const char* text, std::size_t size);

  std::uint32_t nesting_max_;
  nesting_scanner nesting_;
  phase phase_ = phase::between;
  bool in_list_ = false;
  bool in_string_escape_ = false;
  bool skip_has_end_ = false;   ///< what is skipped began with a bracket
  bool skip_ends_item_ = false; ///< its closing bracket leads back to the items
  std::size_t position_ = 0;
  std::size_t begin_ = 0; ///< of the piece
  std::size_t key_begin_ = 0;
  std::size_t key_end_ = 0;
  std::size_t newline_search_ = 0; ///< while skipping: where to look for a newline and '{'
};

} // namespace tallyman::kube
