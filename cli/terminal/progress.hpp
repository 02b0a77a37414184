#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tallyman::cli {

/// A line on standard error that says how far the work is, if that is a terminal; else nothing at all.
class progress {
public:
  progress();
  ~progress() { clear(); }
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// Whether it is time to show figures: five times a second at most, and never without a terminal.
  bool due() const { return on_terminal_ && clock::now() >= next_; }

  void show(const std::string& source, std::uint64_t bytes, std::uint64_t objects);

  /// The same for work whose size is known: a bar, the rate, and the time that is left.
  void show_part(const std::string& what, std::uint64_t done_bytes, std::uint64_t total_bytes);

  /// Takes the line away, so that something else can be written.
  void clear();

private:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds interval{200};

  bool on_terminal_;
  bool shown_ = false;
  clock::time_point started_ = clock::now();
  clock::time_point next_ = started_ + interval;
};

} // namespace tallyman::cli
