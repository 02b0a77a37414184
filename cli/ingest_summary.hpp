#pragma once

#include "actors/intake_counts.hpp"
#include "kube/counters.hpp"

#include <cstdint>
#include <string>

namespace tallyman::cli {

/// What one run of `tallyman ingest` did.
struct ingest_summary {
  kube::counters read;    ///< over all inputs
  intake_counts taken_in; ///< what became of it
  double seconds = 0;
  std::size_t images = 0; ///< in the tally now
  std::size_t owners = 0;
  std::size_t pods = 0;
  std::uint64_t sequence = 0;
};

/// Adds the figures of one input to those of all.
void add(kube::counters& total, const kube::counters& more);

/// Objects that gave a fact, over all kinds.
std::uint64_t objects_read(const kube::counters& read);

/// The summary for people: a table by kind, and a few lines around it.
std::string text_of(const ingest_summary& summary);

} // namespace tallyman::cli
