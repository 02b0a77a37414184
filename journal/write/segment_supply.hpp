#pragma once

#include "base/result.hpp"
#include "journal/options.hpp"
#include "journal/storage/storage.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace tallyman::journal {

/// Keeps zero-filled, synced files ready to become segments, made by a helper thread (or, with
/// manual_steps, when they are taken). Thread-safe.
class segment_supply {
public:
  segment_supply(storage& disk, std::string directory, const log_options& options);
  ~segment_supply();
  segment_supply(const segment_supply&) = delete;
  segment_supply& operator=(const segment_supply&) = delete;

  /// Starts the helper thread. `next` is the number of the segment that is needed first.
  void start(std::uint64_t next);

  /// Asks for all segments up to `number` to be made ready.
  void prepare(std::uint64_t number);

  /// Path of the file that is to become segment `number`. Waits for the helper, or makes it on this thread
  /// if the helper could not: a disk that was full may have room again.
  result<std::string> take(std::uint64_t number);

  /// Ends the helper thread after the file that it is working on.
  void stop();

private:
  void run();
  std::string path_of(std::uint64_t number) const;
  result<void> make(std::uint64_t number);

  storage& disk_;
  std::string directory_;
  log_options options_;
  std::mutex mutex_; // guards: all below but the thread
  std::condition_variable changed_;
  std::set<std::uint64_t> ready_;
  std::uint64_t next_ = 1;   ///< the next number to make
  std::uint64_t wanted_ = 0; ///< make all up to this number
  bool making_ = false;
  bool stopping_ = false;
  std::thread helper_;
};

} // namespace tallyman::journal
