#pragma once

#include <chrono>
#include <cstdint>

namespace tallyman::journal {

/// How much history to keep. Both may be set: history goes as soon as either says so.
struct retention_limits {
  /// Every moment of at least this long before the last event stays reachable. By the log's own times: a
  /// journal that nobody writes to loses nothing by growing old. 0: for ever.
  std::chrono::milliseconds age{0};

  /// Bytes that segments and snapshots together may take. Less than recovery needs is never kept. 0: any.
  std::uint64_t bytes = 0;

  bool any() const noexcept { return age.count() > 0 || bytes != 0; }
};

} // namespace tallyman::journal
