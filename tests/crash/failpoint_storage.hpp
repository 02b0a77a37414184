#pragma once

#include "journal/storage/storage.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tallyman::journal::testing {

/// When, around a call that changes something, the process is killed.
enum class kill_moment : std::uint8_t {
  before,
  half_way, ///< of a write: half of its bytes are written; of all other calls: as before
  after,
};

/// The disk behind it, and SIGKILL for the own process at the `nth` changing call (write, sync, create,
/// rename, remove, sync_directory). 0: never. One thread only.
class failpoint_storage final : public storage {
public:
  failpoint_storage(storage& disk, std::uint64_t nth, kill_moment moment);

  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) override;
  result<void> make_directory(const std::string& path) override;
  result<std::vector<std::string>> list(const std::string& path) override;
  result<bool> exists(const std::string& path) override;
  result<void> rename(const std::string& from, const std::string& to) override;
  result<void> remove(const std::string& path) override;
  result<void> sync_directory(const std::string& path) override;
  result<std::unique_ptr<file_lock>> lock(const std::string& path, std::string_view holder) override;
  result<std::optional<std::string>> lock_holder(const std::string& path) override;

  /// Changing calls so far.
  std::uint64_t calls() const { return calls_; }

  /// Makes a changing call, with the failpoint around it. `half` does a part of it.
  template <class Call, class Half>
  auto pass(Call call, Half half) {
    const bool struck = ++calls_ == nth_;
    if (struck && moment_ == kill_moment::half_way)
      half();
    if (struck && moment_ != kill_moment::after)
      die();
    auto outcome = call();
    if (struck)
      die();
    return outcome;
  }

private:
  [[noreturn]] static void die();

  storage& disk_;
  std::uint64_t nth_;
  kill_moment moment_;
  std::uint64_t calls_ = 0;
};

} // namespace tallyman::journal::testing
