#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace tallyman::journal::testing {

/// The seeds of a test case: 1 to `count`, or what the environment says (scripts/crash sets it):
/// TALLYMAN_SEED, only this one; TALLYMAN_CRASH_COUNT, that many, or TALLYMAN_CRASH_SECONDS, as many as that
/// time allows, from TALLYMAN_CRASH_FROM on.
///
///     for (seed_run run(3000); run.next();)
///       one_life(run.seed());
class seed_run {
public:
  explicit seed_run(std::uint64_t count) : left_(count) {
    if (const char* only = std::getenv("TALLYMAN_SEED")) {
      seed_ = number(only) - 1;
      left_ = 1;
      chosen_ = true;
    } else if (const char* wanted = std::getenv("TALLYMAN_CRASH_COUNT")) {
      begin_at_wanted();
      left_ = number(wanted);
    } else if (const char* seconds = std::getenv("TALLYMAN_CRASH_SECONDS")) {
      begin_at_wanted();
      left_ = UINT64_MAX;
      end_ = std::chrono::steady_clock::now() + std::chrono::seconds(number(seconds));
    }
  }

  bool next() {
    if (left_ == 0 || (left_ != 1 && std::chrono::steady_clock::now() >= end_))
      return false;
    --left_;
    ++seed_;
    ++done_;
    return true;
  }

  std::uint64_t seed() const { return seed_; }

  /// Whether the environment says which.
  bool is_chosen() const { return chosen_; }

  /// How many there were, the present one included.
  std::uint64_t done() const { return done_; }

  /// What to say when this seed fails.
  std::string repeat() const { return "repeat with: scripts/crash --repeat " + std::to_string(seed_); }

private:
  void begin_at_wanted() {
    const char* from = std::getenv("TALLYMAN_CRASH_FROM");
    seed_ = from ? number(from) - 1 : 0;
    chosen_ = true;
  }

  static std::uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

  std::uint64_t seed_ = 0;
  std::uint64_t left_;
  std::uint64_t done_ = 0;
  bool chosen_ = false;
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::time_point::max();
};

} // namespace tallyman::journal::testing
