#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::bench {

/// What a store will be given, so that it can make room before time is taken.
struct append_plan {
  std::size_t batch_events = 0;
  std::size_t batch_bytes_max = 0; ///< event bytes
  std::size_t round_batches = 0;
  std::size_t rounds = 0;
};

/// A contestant of the append bench: takes batches of events and makes them durable. One thread.
class append_store {
public:
  virtual ~append_store() = default;

  /// Not timed.
  virtual result<void> before_round() { return {}; }

  /// Durable on return, unless the store pipelines; then finish_round() is.
  virtual result<void> append(std::span<const std::string_view> events) = 0;

  /// Waits until all is durable. Timed.
  virtual result<void> finish_round() { return {}; }

  /// Number of events that it holds, asked of the store itself. The last call.
  virtual result<std::uint64_t> count() = 0;
};

/// How to make a contestant.
struct contestant {
  std::string_view name;
  std::string_view configuration;
  /// Longer rounds than the raw limit's, so that each round holds the store's own periodic work: a
  /// checkpoint, a memtable written out, a roll to a new segment.
  std::size_t round_factor = 1;

  /// `directory` exists and is empty.
  result<std::unique_ptr<append_store>> (*make)(const std::string& directory, const append_plan& plan);
};

/// In the order in which they take their turns.
const std::vector<contestant>& contestants();

result<std::unique_ptr<append_store>> make_raw_store(const std::string& directory, const append_plan& plan);
result<std::unique_ptr<append_store>> make_journal_store(const std::string& directory,
                                                         const append_plan& plan);
result<std::unique_ptr<append_store>> make_pipelined_journal_store(const std::string& directory,
                                                                   const append_plan& plan);
result<std::unique_ptr<append_store>> make_rolling_journal_store(const std::string& directory,
                                                                 const append_plan& plan);
result<std::unique_ptr<append_store>> make_rocksdb_store(const std::string& directory,
                                                         const append_plan& plan);
result<std::unique_ptr<append_store>> make_sqlite_store(const std::string& directory,
                                                        const append_plan& plan);
result<std::unique_ptr<append_store>> make_lmdb_store(const std::string& directory, const append_plan& plan);

} // namespace tallyman::bench
