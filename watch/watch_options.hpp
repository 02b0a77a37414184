#pragma once

#include "base/result.hpp"
#include "messages/observations.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tallyman::watch {

/// What is watched, and how.
struct watch_options {
  std::vector<std::string> namespaces;         ///< empty: all
  std::vector<std::string> namespaces_ignored; ///< none of them may be in `namespaces`
  std::string pod_labels;                      ///< a label selector, for pods only
  std::string pod_fields;                      ///< a field selector, for pods only
  bool use_protobuf = true;                    ///< where the server has it
  bool stream_lists = true;                    ///< `sendInitialEvents`, where the server has it

  unsigned page_items = 500;
  std::chrono::milliseconds retry_first{500};
  std::chrono::milliseconds retry_last{30'000};
  std::chrono::milliseconds retry_forbidden{60'000}; ///< a kind that still may not be read, or is not there
  std::chrono::milliseconds list_silence_max{60'000};
  /// One page of a list, or a list without pages; an API server itself gives up after a minute.
  std::chrono::milliseconds list_time_max{600'000};
  /// The server sends a bookmark a minute.
  std::chrono::milliseconds watch_silence_max{150'000};
  std::chrono::seconds watch_time_min{300}; ///< a server ends a watch after once to twice this time
  /// How often a server is asked whether its state went back, at most half of it earlier; and how soon again.
  std::chrono::milliseconds version_check_pause{30'000};
  std::chrono::milliseconds version_check_pause_min{5'000};
  std::uint64_t seed = 0; ///< of the jitter; 0: drawn
};

/// Where a watch puts what it sees. Called by the threads of all kinds.
struct watch_sink {
  /// Takes facts; may block, which holds up the server. An error ends the watch.
  std::function<result<void>(observations)> submit;
  /// Something is wrong, and is being tried again: one line.
  std::function<void(const std::string&)> complain;
  /// What a user likes to know: one line.
  std::function<void(const std::string&)> report;
};

} // namespace tallyman::watch
