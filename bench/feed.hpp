#pragma once

#include "messages/observations.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace tallyman::bench {

/// Submissions, ready to be handed to a cluster.
using feed = std::vector<observations>;

inline std::size_t facts_in(const feed& all) {
  std::size_t count = 0;
  for (const auto& each : all)
    count += each.batch.facts.size();
  return count;
}

/// Cuts a stream of facts into submissions of a fixed number of facts.
class feed_builder {
public:
  explicit feed_builder(std::size_t batch_facts) : batch_facts_(batch_facts) {}

  /// Where the texts and containers of the next fact go.
  fact_batch& pools() {
    if (feed_.empty() || feed_.back().batch.facts.size() >= batch_facts_) {
      feed_.emplace_back();
      feed_.back().batch.facts.reserve(batch_facts_);
    }
    return feed_.back().batch;
  }

  void add(fact_body body) { pools().facts.push_back({0, std::move(body)}); }

  void begin_list(string_id kind) {
    const auto position = static_cast<std::uint32_t>(pools().facts.size());
    feed_.back().lists.push_back({position, kind});
  }

  feed take() { return std::move(feed_); }

private:
  std::size_t batch_facts_;
  feed feed_;
};

} // namespace tallyman::bench
