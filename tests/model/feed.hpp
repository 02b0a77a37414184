#pragma once

#include "messages/observations.hpp"
#include "tally/intake.hpp"

#include <variant>

namespace tallyman::testing {

/// What `gate` admits of `seen`, with the ends that complete lists bring: the facts to be journaled.
inline fact_batch admit(intake& gate, const observations& seen) {
  fact_batch admitted;
  admitted.texts = seen.batch.texts;
  admitted.containers = seen.batch.containers;
  const auto judge = [&](const fact& each) {
    auto verdict = gate.admit(seen.batch, each);
    if (verdict == intake::verdict::displaces) {
      const fact end{each.time_ms, gate.displaced()};
      if (is_admitted(gate.admit(seen.batch, end)))
        admitted.facts.push_back(end);
      verdict = gate.admit(seen.batch, each);
    }
    if (is_admitted(verdict))
      admitted.facts.push_back(each);
  };
  auto list = seen.lists.begin();
  for (std::size_t i = 0; i <= seen.batch.facts.size(); ++i) {
    for (; list != seen.lists.end() && list->position == i; ++list)
      gate.begin_list(list->kind);
    if (i == seen.batch.facts.size())
      break;
    const auto& each = seen.batch.facts[i];
    if (const auto* end = std::get_if<list_synced>(&each.body))
      for (auto& missing : gate.end_list({end->kind, end->api_version},
                                         version_number(seen.batch.text(end->resource_version))))
        judge({each.time_ms, std::move(missing)});
    judge(each);
  }
  return admitted;
}

} // namespace tallyman::testing
