#pragma once

#include "base/result.hpp"
#include "journal/replay_cursor.hpp"

#include <memory>
#include <optional>

namespace tallyman::journal {

/// A replay_cursor that reads and checks on a thread of its own, a few MiB ahead of whoever takes the
/// batches.
///
/// The log and its storage must outlive it. `next` belongs to one thread.
class read_ahead {
public:
  explicit read_ahead(replay_cursor cursor);
  /// Stops the thread.
  ~read_ahead();
  read_ahead(const read_ahead&) = delete;
  read_ahead& operator=(const read_ahead&) = delete;

  /// As replay_cursor::next.
  result<std::optional<batch_view>> next();

private:
  class reader;
  std::unique_ptr<reader> reader_;
};

} // namespace tallyman::journal
