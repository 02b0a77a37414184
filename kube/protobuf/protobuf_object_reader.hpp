#pragma once

#include "base/result.hpp"
#include "kube/object_fields.hpp"

#include <string>
#include <string_view>

namespace tallyman::kube {

/// Reads the fields that the projection needs out of one Kubernetes object in protobuf, and skips the rest.
/// The field numbers are those of the `generated.proto` files of Kubernetes' API packages, which never
/// change.
///
/// All text that it gives is a view of what it read. Errors: `bad_input`.
class protobuf_object_reader {
public:
  /// The front of Kubernetes' envelope; a `runtime.Unknown` follows.
  static constexpr std::string_view magic{"k8s\0", 4};

  /// A `runtime.Unknown`: an object of any kind, in bytes.
  struct envelope {
    std::string_view kind;
    std::string_view api_version;
    std::string_view object;
  };

  /// A `metav1.WatchEvent`.
  struct event {
    std::string_view type;
    std::string_view object; ///< in its envelope, with the magic
  };

  result<event> read_event(std::string_view bytes);
  /// `bytes` begin with the magic.
  result<envelope> read_envelope(std::string_view bytes);
  /// Kind and apiVersion in an envelope.
  result<void> read_type(std::string_view type_meta, envelope& into);

  /// The object itself, whose kind and apiVersion its envelope or its list has; of a kind that the tally has
  /// no use for nothing more is read. Valid until the next call.
  result<const object_fields*> read_object(std::string_view bytes, std::string_view kind,
                                           std::string_view api_version);
  /// Adds the metadata of a list to `into`.
  result<void> read_list_metadata(std::string_view bytes, object_fields& into);

  /// What had been read of the object when `read_object` failed: may name it.
  const object_fields& incomplete() const noexcept { return object_; }

private:
  // Each returns false after `fail`, or if the message is malformed.
  bool read_metadata(std::string_view bytes, object_shape shape);
  bool read_owner(std::string_view bytes);
  bool read_label(std::string_view bytes);
  bool read_annotation(std::string_view bytes);
  bool read_pod(std::string_view bytes);
  bool read_node(std::string_view bytes);
  bool read_node_status(std::string_view bytes);
  bool read_status(std::string_view bytes);
  bool read_metadata_only(std::string_view bytes, object_shape shape);

  bool fail(std::string what);
  error failure();

  object_fields object_;
  std::string failure_;
};

} // namespace tallyman::kube
