#pragma once

#include "actors/fact_sequencer.hpp"
#include "bench/feed.hpp"
#include "replay/fact_journal.hpp"
#include "tally/cluster_state.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace tallyman::bench {

/// What the actors do with a feed, in one loop on one thread, with nothing written.
class plain_tally {
public:
  /// `encoded`: encode what would be journaled, and throw it away.
  explicit plain_tally(bool encoded = false) {
    if (encoded)
      writer_.emplace(*strings, strings->size());
  }

  void take(feed all) {
    for (auto& seen : all) {
      const auto work = sequencer_.admit(seen);
      if (!work)
        continue;
      if (writer_)
        bytes_ += writer_->encode(work->batch).bytes();
      state.apply(work->batch, work->first_sequence);
      seen = {};
    }
  }

  std::shared_ptr<string_table> strings = std::make_shared<string_table>();
  cluster_state state{strings};

private:
  fact_sequencer sequencer_{strings, intake{*strings, 0}, 0, 0,
                            [] { return std::int64_t{1'700'000'000'000}; }};
  std::optional<fact_writer> writer_;
  std::size_t bytes_ = 0; ///< keeps the encoding from being optimised away
};

} // namespace tallyman::bench
