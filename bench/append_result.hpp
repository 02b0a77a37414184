#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>

namespace tallyman::bench {

/// What the summary wants of the append bench, at batches of 1,000 events, ratios of one run.
struct append_result {
  double share_of_raw = 0;
  double vs_rocksdb = 0;
  double vs_sqlite = 0;
  double vs_lmdb = 0;
  double raw_events_per_s = 0;
};

/// One run of the append bench in a directory.
using append_measurement = std::function<result<append_result>(const std::string& directory)>;

} // namespace tallyman::bench
