#pragma once

#include "actors/cluster.hpp"
#include "actors/intake_counts.hpp"
#include "base/result.hpp"
#include "kube/counters.hpp"

#include <cstdint>
#include <string>

namespace tallyman::cli {

/// What one run of `tallyman ingest` or `tallyman watch` did.
struct ingest_summary {
  kube::counters read;    ///< over all inputs
  intake_counts taken_in; ///< what became of it
  double seconds = 0;
  bool is_relist = false; ///< lists in the input were taken for complete, because the user said so
  std::size_t images = 0; ///< in the tally now
  std::size_t owners = 0;
  std::size_t pods = 0;
  std::uint64_t sequence = 0;
};

/// What has been done so far: `read` is what the decoders saw, in `seconds`.
result<ingest_summary> summarise(tallyman::cluster& cluster, const kube::counters& read, double seconds);

/// Objects that gave a fact, over all kinds.
std::uint64_t objects_read(const kube::counters& read);

/// One line, without a newline, if what the user expects of complete lists may not have happened: lists that
/// do not say of which kinds they are cannot end anything. Else empty.
std::string doubt_of_relist(const ingest_summary& summary);

/// The summary for people: a table by kind, and a few lines around it.
std::string text_of(const ingest_summary& summary);

} // namespace tallyman::cli
