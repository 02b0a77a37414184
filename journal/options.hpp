#pragma once

#include "journal/record.hpp"
#include "journal/retention_limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tallyman::journal {

struct log_seams;

/// Longest cluster name, in bytes.
inline constexpr std::size_t cluster_bytes_max = 255;

/// How to open a log. The defaults are right for production.
struct log_options {
  /// Name of the cluster whose journal this is, at most 255 bytes. On creation it is written down (empty
  /// means "default"); later a different name is refused, and an empty one accepts what is there.
  std::string cluster;

  /// Create the directory and an empty journal if there is none.
  bool create_if_missing = false;

  /// What the records mean: the newest version that the user of the log knows. start() marks the journal with
  /// it, and one that is marked with a later version is refused. 0: the application does not interpret
  /// records.
  std::uint32_t content_version = 0;

  /// The wall clock, Unix milliseconds: retention counts the age of history back from no later than what it
  /// says, as far as it is believed (age_clock.hpp). Unset: from the last event. Called from the threads that
  /// take snapshots.
  std::function<std::int64_t()> now;

  /// Change nothing on disk and take no lock. Beside a live writer only what is proven durable is visible.
  bool read_only = false;

  /// Size that segments grow to, a multiple of block_bytes. The first one is `segment_bytes_first`, each
  /// further one four times its predecessor. At least two of the largest batches and two blocks.
  std::size_t segment_bytes = std::size_t{64} << 20;
  std::size_t segment_bytes_first = std::size_t{8} << 20;

  /// Largest batch on disk, header and padding included: a multiple of block_bytes, in
  /// [2 * block_bytes, batch_bytes_limit].
  std::size_t batch_bytes_max = batch_bytes_limit;

  /// How much history to keep; applied after each snapshot.
  retention_limits keep;

  /// Memory for records that are not yet durable; append() waits while it is full. At least two batches.
  std::size_t buffer_bytes_max = std::size_t{8} << 20;

  /// After this long without work an empty batch tells the disk that the last real one is durable.
  std::chrono::milliseconds idle_flush{20};

  /// For tests (log_seams.hpp). Empty in production.
  std::shared_ptr<const log_seams> seams;
};

/// Most bytes of definitions that may stand in front of one event: batches of nothing but definitions and the
/// one with the event must fit the smallest segment. Half of it, as each batch may waste a block.
inline std::size_t definitions_bytes_max(const log_options& options) noexcept {
  return (options.segment_bytes_first - block_bytes - options.batch_bytes_max) / 2;
}

} // namespace tallyman::journal
