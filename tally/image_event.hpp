#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"
#include "tally/scan_state.hpp"

#include <cstdint>
#include <type_traits>

namespace tallyman {

/// What an image is told.
enum class image_event_kind : std::uint8_t {
  pod_gained,          ///< a pod runs the image
  pod_told,            ///< what is known of a pod that runs it changed; number: what it said before
  pod_lost,            ///< a pod no longer runs the image; os and runtime: what it said
  scan_finished,       ///< number: the wait in ms; text: the error; outcome
  scan_inherited,      ///< the entry has the scan state of its identity from now on: see `put_scan`
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

/// What a pod said of itself, in the `number` of an event.
constexpr std::uint64_t pack_report(string_id os, string_id runtime) noexcept {
  return std::uint64_t{static_cast<std::uint32_t>(os)} << 32 | static_cast<std::uint32_t>(runtime);
}
constexpr string_id packed_os(std::uint64_t report) noexcept {
  return string_id{static_cast<std::uint32_t>(report >> 32)};
}
constexpr string_id packed_runtime(std::uint64_t report) noexcept {
  return string_id{static_cast<std::uint32_t>(report)};
}

/// Puts a scan state into an event `scan_inherited`, but for the text of its error, and takes it out.
inline void put_scan(image_event& event, const scan_state& scan) {
  event.pod = {static_cast<std::uint64_t>(scan.scanned_at_ms),
               static_cast<std::uint64_t>(scan.next_scan_at_ms)};
  event.number = scan.failures;
  event.owner_certain = scan.scanned;
  event.platform_certain = scan.image_private;
}
inline scan_state scan_in(const image_event& event, std::string_view error) {
  return {event.owner_certain,
          event.platform_certain,
          static_cast<std::uint32_t>(event.number),
          std::string{error},
          static_cast<std::int64_t>(event.pod.low),
          static_cast<std::int64_t>(event.pod.high)};
}

static_assert(std::is_trivially_copyable_v<image_event> && sizeof(image_event) <= 64, "one cache line each");

} // namespace tallyman
