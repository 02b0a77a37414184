#pragma once

#include <cstddef>
#include <cstdint>

namespace tallyman::kube {

/// How a stream of Kubernetes objects is decoded, whatever its encoding.
struct decoder_options {
  /// Every list holds all objects of its kind: it ends with a `list_synced`, at which whatever it does not
  /// hold is gone. Never set this for lists of one namespace or with a selector, unless nothing outside of
  /// them is to be tallied.
  bool lists_are_complete = false;
  /// Skip what is bad, count it, give a warning, and go on with the next value.
  bool keep_going = false;
  /// Limit on one object or list item, and on a list without its items.
  std::size_t object_bytes_max = std::size_t{16} << 20;
  /// Limit on the nesting of JSON's objects and arrays.
  std::uint32_t nesting_max = 256;
};

} // namespace tallyman::kube
