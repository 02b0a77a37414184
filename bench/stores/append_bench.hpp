#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::bench {

/// What the events of the append bench look like. Deterministic; see event_source.
enum class event_shape : std::uint8_t {
  fixed_200,  ///< 200 bytes each, the size that the figures of the design were measured with
  projection, ///< 36 to 133 bytes, as the tally's own records
};

/// How to run the append bench.
struct append_options {
  /// An existing directory on the disk to be measured. A folder in it is made and removed.
  std::string directory;

  std::vector<std::uint32_t> batch_events{1, 100, 1000, 10000};

  /// Measured rounds; in each one every contestant writes once, in turn, so a drift of a shared disk falls on
  /// all of them. At least 5 for figures that are worth quoting. One more round warms up and is not counted.
  std::size_t rounds = 7;

  event_shape shape = event_shape::fixed_200;

  /// Contestants by name; empty means all.
  std::vector<std::string> only;
};

/// Names of contestants. What each does is in its configuration line.
inline constexpr std::string_view raw_name = "raw";
inline constexpr std::string_view journal_name = "journal";
inline constexpr std::string_view journal_pipelined_name = "journal pipelined";
inline constexpr std::string_view journal_rolling_name = "journal rolling";
inline constexpr std::string_view rocksdb_name = "RocksDB";
inline constexpr std::string_view sqlite_name = "SQLite";
inline constexpr std::string_view lmdb_name = "LMDB";

/// One contestant at one batch size. The vectors have one element per measured round.
struct append_figures {
  std::string store;
  std::string configuration;
  std::uint32_t batch_events = 0;
  double event_bytes = 0; ///< mean
  std::vector<double> events_per_s;
  std::vector<double> share_of_raw;     ///< events/s over those of the raw limit in the same round
  std::vector<double> cpu_ns_per_event; ///< of the whole process, kernel included

  double median_events_per_s() const;
  double median_share_of_raw() const;
  double median_cpu_ns_per_event() const;
};

/// Runs the bench: in one process, on one disk, with the same event bytes for everybody, every batch durable.
/// At the end each store is asked how many events it holds, and a wrong number is an error. Takes about a
/// minute with the default options.
result<std::vector<append_figures>> run_append_bench(const append_options& options);

/// The lines of the contract, at batches of 1,000 events. Medians of ratios within one round; 0 where a
/// contestant did not take part.
struct append_summary {
  double append_share_of_raw = 0; ///< each batch flushed before the next is made, as the raw limit does
  double append_pipelined_share_of_raw = 0; ///< the next batch fills while one syncs, as the engine does
  double append_rolling_share_of_raw = 0;   ///< pipelined, with the zero-filling of segments in the window
  double append_vs_rocksdb = 0;             ///< of the first kind, as are the two below
  double append_vs_sqlite = 0;
  double append_vs_lmdb = 0;
  double raw_events_per_s = 0;
};

append_summary append_summary_of(const std::vector<append_figures>& figures);

/// The figures as a table for people, one line a contestant and batch size.
std::string append_table(const std::vector<append_figures>& figures);

} // namespace tallyman::bench
