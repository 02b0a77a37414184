#pragma once

#include "base/result.hpp"
#include "kube/fact_collector.hpp"
#include "kube/json/json_object_reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tallyman::kube {

/// Decodes the pieces that `json_splitter` cuts the stream into, and hands the objects to a collector.
///
/// Behind the text of a piece `simdjson::SIMDJSON_PADDING` bytes must be readable. Errors: `damaged` for text
/// that is not JSON, else `bad_input`; without the place in the stream. A piece that fails adds no fact.
class piece_decoder {
public:
  explicit piece_decoder(fact_collector& into) : into_(&into) {}

  result<void> decode_object(std::string_view text);
  result<void> open_list(std::string_view head);
  result<void> decode_item(std::string_view text);
  result<void> close_list(std::string_view tail);

  /// Bytes that are kept of the open list; 0 if none is open.
  std::size_t shell_bytes() const noexcept { return into_->page_is_open() ? shell_.size() : 0; }

private:
  error name_object(const error& problem) const;
  result<json_object_reader::reading> read_shell(std::string_view closing);

  fact_collector* into_;
  json_object_reader reader_;
  std::string shell_;     ///< the open list without its items
  std::string list_kind_; ///< if it came before the items
  std::string item_kind_; ///< of the items that have none themselves
  std::string item_api_version_;
};

} // namespace tallyman::kube
