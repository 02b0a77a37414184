#pragma once

#include "base/result.hpp"
#include "journal/format/batch_view.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace tallyman::journal {

/// Which part of the log to read.
struct replay_range {
  /// First event wanted. 0: the one after the newest usable snapshot. 1: everything, ignoring snapshots.
  std::uint64_t from_sequence = 0;
};

/// Walks the log forward, batch by batch, with every check before a batch is handed out.
///
/// Made by log::replay; the log and its storage must outlive it. Reads in pieces of 1 MiB and more into one
/// reused buffer. Not thread-safe; several cursors may be used at once.
class replay_cursor {
public:
  class source;

  explicit replay_cursor(std::unique_ptr<source> from);
  ~replay_cursor();
  replay_cursor(replay_cursor&&) noexcept;
  replay_cursor& operator=(replay_cursor&&) noexcept;

  /// The next batch that holds records (empty ones are passed over), nothing at the end of the log, or the
  /// damage that was found. The view is valid until the next call. After an error the cursor stays failed.
  result<std::optional<batch_view>> next();

private:
  std::unique_ptr<source> source_;
};

} // namespace tallyman::journal
