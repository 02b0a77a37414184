#pragma once

#include "base/result.hpp"
#include "kube/json/json_access.hpp"
#include "kube/object_fields.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tallyman::kube {

/// Reads the fields that the projection needs out of one JSON object, whatever the order of its keys. Of
/// keys that occur twice the last one counts, as for the API server. Members that are not needed are skipped
/// without a look at more than their brackets and strings.
class json_object_reader {
public:
  /// What a top-level object has as `items`, if it is not an array, which makes it a list.
  enum class items_member : std::uint8_t { absent, null, other };

  /// Views of the text and of the reader: valid until the next `read`.
  struct reading {
    const object_fields* object = nullptr;
    std::optional<std::string_view> event_type; ///< of a watch event
    items_member items = items_member::absent;
  };

  /// Kind and apiVersion of an object that does not have them itself, as the items of a typed list.
  struct defaults {
    std::string_view kind;
    std::string_view api_version;
  };

  /// Reads a watch event or an object; `simdjson::SIMDJSON_PADDING` bytes behind `text` must be readable.
  /// An object of a kind that the tally has no use for may hold anything: of it only the kind is certain to
  /// be read. Errors: `bad_input`, or `damaged` if the text is not JSON.
  result<reading> read(std::string_view text, const defaults& given = {});

  /// What had been read of the object when `read` failed: may name it.
  const object_fields& incomplete() const noexcept { return in_event_ ? nested_ : root_; }

private:
  using value = json::value;

  // A pass over an object: what its members mean depends on its kind, which may come after them.
  struct pass {
    object_fields* out = nullptr;
    std::optional<object_shape> shape; ///< known from a pass before
    unsigned shapes_used = 0;          ///< bit per object_shape by which members were read
    items_member items = items_member::absent;
  };

  result<bool> read_once(simdjson::ondemand::document& document, const defaults& given);
  bool skips(const error& problem, simdjson::ondemand::document& document, const defaults& given);
  result<void> read_member(pass& at, std::string_view key, value json);
  result<void> read_root_member(std::string_view key, value json);
  result<void> read_event_object(value json);
  result<void> read_metadata(object_fields& out, value& json, object_shape shape);
  result<void> read_owner(object_fields& out, value& json);
  result<void> read_labels(object_fields& out, value& json);
  result<void> read_bookmark_annotations(object_fields& out, value& json);
  result<void> read_status(object_fields& out, value& json, object_shape shape);
  result<void> read_node_info(object_fields& out, value& json);

  simdjson::ondemand::parser parser_;
  object_fields root_;
  object_fields nested_; ///< `object` of a watch event
  pass root_pass_;
  pass nested_pass_;
  bool kinds_only_ = false; ///< in this pass kind and apiVersion are read, and nothing else
  bool in_event_ = false;   ///< the member `object` came before any kind: it is a watch event so far
  std::optional<std::string_view> event_type_;
};

} // namespace tallyman::kube
