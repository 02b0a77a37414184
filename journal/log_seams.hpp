#pragma once

#include "journal/options.hpp"

#include <cstdint>
#include <functional>

namespace tallyman::journal {

/// Where tests reach into a log: what it takes from the system besides its storage. Production leaves
/// `log_options::seams` empty. Shared by all copies of the options; not thread-safe, and need not be: numbers
/// are drawn while the log is created, and then by the one thread that writes.
struct log_seams {
  /// No threads: batches are written by calls of log::step(), on the caller's thread.
  bool manual_steps = false;

  /// Source of journal ids and segment nonces; empty: the system's.
  std::function<std::uint64_t()> random;
};

/// Whether the log has no threads.
inline bool has_manual_steps(const log_options& options) noexcept {
  return options.seams != nullptr && options.seams->manual_steps;
}

} // namespace tallyman::journal
