#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::bench {

/// A contestant of the append bench: takes batches of events and makes them durable. One thread.
class append_store {
public:
  virtual ~append_store() = default;

  /// What is not timed: room for a round of `batches` batches of at most `batch_bytes` event bytes each.
  virtual result<void> before_round(std::size_t batches, std::size_t batch_bytes) {
    (void)batches, (void)batch_bytes;
    return {};
  }

  /// Durable on return, unless the store pipelines; then finish_round() is.
  virtual result<void> append(std::span<const std::string_view> events) = 0;

  /// Waits until all is durable. Timed.
  virtual result<void> finish_round() { return {}; }

  /// Number of events that it holds, asked of the store itself. Since the last before_round() if that starts
  /// it anew.
  virtual result<std::uint64_t> count() = 0;
};

/// How to make a contestant.
struct contestant {
  std::string_view name;
  std::string_view configuration;
  bool anew_each_round = false; ///< count() is then of the last round only

  /// Events of one round, at least one batch; a store that is to roll through segments needs more.
  std::size_t round_factor = 1;

  /// `directory` exists and is empty.
  result<std::unique_ptr<append_store>> (*make)(const std::string& directory, std::uint32_t batch_events);
};

/// In the order in which they take their turns.
const std::vector<contestant>& contestants();

result<std::unique_ptr<append_store>> make_raw_store(const std::string& directory,
                                                     std::uint32_t batch_events);
result<std::unique_ptr<append_store>> make_journal_store(const std::string& directory,
                                                         std::uint32_t batch_events);
result<std::unique_ptr<append_store>> make_pipelined_journal_store(const std::string& directory,
                                                                   std::uint32_t batch_events);
result<std::unique_ptr<append_store>> make_rolling_journal_store(const std::string& directory,
                                                                 std::uint32_t batch_events);
result<std::unique_ptr<append_store>> make_rocksdb_store(const std::string& directory,
                                                         std::uint32_t batch_events);
result<std::unique_ptr<append_store>> make_sqlite_store(const std::string& directory,
                                                        std::uint32_t batch_events);
result<std::unique_ptr<append_store>> make_lmdb_store(const std::string& directory,
                                                      std::uint32_t batch_events);

} // namespace tallyman::bench
