#pragma once

#include "bench/cluster_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tallyman::bench {

/// How to run a bench. Not every bench heeds every one.
struct bench_options {
  /// An existing directory on the disk to be measured. A folder in it is made and removed.
  std::string directory = ".";
  double seconds = 5;   ///< measured time for each line, set-up not included
  unsigned threads = 2; ///< scheduler workers, and cores that the process may use
  cluster_shape shape;
  unsigned clusters = 64;            ///< of the hub; each has its share of the shape's pods, images and nodes
  std::uint32_t rate = 10'000;       ///< facts a second that arrive in the latency bench
  std::uint32_t arrival_facts = 10;  ///< facts that arrive at once in the latency bench
  std::vector<std::string> phases;   ///< of the engine bench; none: all
  std::size_t flow_mb = 16;          ///< bound of the facts under way, see cluster_options
  std::uint64_t snapshot_every = 0;  ///< facts between two snapshots; 0: none
  std::uint64_t events = 10'000'000; ///< of the journal that questions about the past are asked of
  bool ignore_snapshots = false;     ///< when a journal is opened
  bool for_writing = false;          ///< open a journal as a restart does, not as a question does
  bool short_form = false;           ///< of all benches: a small cluster for a short time
  unsigned rounds = 5;               ///< of the summary: runs of which the median is taken
  std::string json;                  ///< file for the figures; empty: none
  bool quiet = false;                ///< print no table
};

} // namespace tallyman::bench
