#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"

#include <cstdint>
#include <type_traits>

namespace tallyman {

enum class image_event_kind : std::uint8_t {
  pod_gained,          ///< a pod runs the image, or what is known of its owner or platform changed
  pod_lost,            ///< a pod no longer runs the image
  scan_finished,       ///< number: the wait in ms; text: the error; outcome
  identity_scanned,    ///< the entry is a new name of an identity that was scanned at time `number`
  remote_answered,     ///< number: 1 if the remote holds a scan
  remote_acknowledged, ///< number: the owner version that the remote has processed
  forgotten,           ///< the grace period is over: whoever owns the state drops it
};

/// One change of one image, derived from one fact. Fields that its kind does not name are zero.
struct image_event {
  std::int64_t time_ms = 0; ///< of the fact
  uid pod;
  std::uint64_t number = 0;
  pool_slice text;        ///< in the pool of the batch that the fact stands in
  std::uint32_t part = 0; ///< which batch, where several are applied together
  image_index image = 0;
  owner_index owner = 0;
  string_id os{};
  string_id runtime{};
  image_event_kind kind = image_event_kind::pod_gained;
  scan_outcome outcome = scan_outcome::succeeded;
  bool owner_certain = false;
  bool platform_certain = false;
};

static_assert(std::is_trivially_copyable_v<image_event> && sizeof(image_event) <= 64, "one cache line each");

} // namespace tallyman
