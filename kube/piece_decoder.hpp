#pragma once

#include "base/result.hpp"
#include "kube/counters.hpp"
#include "kube/json_object_reader.hpp"
#include "kube/list_tracker.hpp"
#include "kube/object_fields.hpp"
#include "messages/observations.hpp"
#include "messages/string_table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tallyman::kube {

/// Decodes the pieces that `json_splitter` cuts the stream into, and collects the facts.
///
/// Behind the text of a piece `simdjson::SIMDJSON_PADDING` bytes must be readable. Errors: `damaged` for text
/// that is not JSON, else `bad_input`; without the place in the stream. A piece that fails adds no fact.
class piece_decoder {
public:
  piece_decoder(interner& strings, std::size_t string_bytes_max, bool lists_are_complete)
      : strings_(&strings), lists_are_complete_(lists_are_complete), reader_(string_bytes_max),
        lists_(strings) {}

  result<void> decode_object(std::string_view text);
  result<void> open_list(std::string_view head);
  result<void> decode_item(std::string_view text);
  result<void> close_list(std::string_view tail);

  /// Says that the open list, if there is one, breaks off here.
  void abandon_list();

  /// Says that something in the stream was lost: no list that is open or has pages to come is complete.
  void note_loss() noexcept { lists_.fail(); }

  /// Bytes that are kept of the open list; 0 if none is open.
  std::size_t shell_bytes() const noexcept { return list_is_open_ ? shell_.size() : 0; }

  observations take() { return std::exchange(out_, {}); }

  /// What the API server reported as a failure in the last piece; empty if it did not.
  std::string take_status_message() { return std::exchange(status_message_, {}); }

  kube::counters& counters() noexcept { return counters_; }

private:
  enum class change : std::uint8_t { observed, gone };

  result<void> decode_event(std::string_view type, const object_fields& object);
  result<void> decode_bookmark(const object_fields& object);
  result<void> take_object(const object_fields& object, change what);
  void take_status(const object_fields& status);
  error name_object(const error& problem) const;

  result<json_object_reader::reading> read_shell(std::string_view closing);
  void end_list(const object_fields& list);

  interner* strings_;
  bool lists_are_complete_;
  json_object_reader reader_;
  list_tracker lists_;
  observations out_;
  kube::counters counters_;
  std::string status_message_;

  bool list_is_open_ = false;
  std::string shell_;     ///< the open list without its items
  std::string list_kind_; ///< if it came before the items
  std::string item_kind_; ///< of the items that have none themselves
  std::string item_api_version_;
};

} // namespace tallyman::kube
