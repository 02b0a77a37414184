#include "journal/read_ahead.hpp"

#include "journal/byte_buffer.hpp"

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace tallyman::journal {

namespace {

// A piece is handed over when it has reached this size, so that the lock costs nothing even if every batch is
// one block; it is larger by at most one batch.
constexpr std::size_t piece_bytes = std::size_t{512} << 10;
constexpr std::size_t pieces_ahead = 4;

struct piece {
  struct placed {
    batch_view batch; ///< over bytes that are not its own
    std::size_t offset;
  };

  byte_buffer bytes;
  std::vector<placed> batches;
  std::size_t taken = 0;
};

} // namespace

class read_ahead::reader {
public:
  explicit reader(replay_cursor cursor) : cursor_(std::move(cursor)), thread_([this] { run(); }) {}

  ~reader() {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  result<std::optional<batch_view>> next() {
    if (!current_ || current_->taken == current_->batches.size())
      take_piece();
    if (!current_) // `end_` is final: the thread has ended
      return end_;
    const auto& each = current_->batches[current_->taken++];
    return std::optional{
        each.batch.over(reinterpret_cast<const char*>(current_->bytes.data()) + each.offset)};
  }

private:
  void take_piece() {
    std::unique_lock lock{mutex_};
    if (current_)
      spare_ = std::move(current_);
    changed_.wait(lock, [this] { return !ready_.empty() || ended_; });
    if (!ready_.empty()) {
      current_ = std::move(ready_.front());
      ready_.pop_front();
    }
    lock.unlock();
    changed_.notify_all();
  }

  void run() {
    for (bool more = true; more;) {
      auto filled = new_piece();
      more = fill(*filled);
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return ready_.size() < pieces_ahead || stopped_; });
      more = more && !stopped_;
      if (!filled->batches.empty())
        ready_.push_back(std::move(filled));
      ended_ = !more;
      lock.unlock();
      changed_.notify_all();
    }
  }

  std::unique_ptr<piece> new_piece() {
    const std::lock_guard lock{mutex_};
    return spare_ ? std::move(spare_) : std::make_unique<piece>();
  }

  /// False at the end of the log; `end_` then says which.
  bool fill(piece& into) {
    into.bytes.clear();
    into.batches.clear();
    into.taken = 0;
    while (into.bytes.size() < piece_bytes) {
      auto batch = cursor_.next();
      if (!batch || !*batch) {
        end_ = std::move(batch);
        return false;
      }
      const auto stored = (*batch)->encoded();
      const auto offset = into.bytes.size();
      std::memcpy(into.bytes.extend(stored.size()), stored.data(), stored.size());
      into.batches.push_back({**batch, offset});
    }
    return true;
  }

  replay_cursor cursor_; ///< of the thread
  result<std::optional<batch_view>> end_ = std::optional<batch_view>{};
  std::unique_ptr<piece> current_; ///< of whoever calls next()

  std::mutex mutex_; ///< of all below
  std::condition_variable changed_;
  std::deque<std::unique_ptr<piece>> ready_;
  std::unique_ptr<piece> spare_; ///< its memory is used again
  bool ended_ = false;           ///< nothing will be added to `ready_`
  bool stopped_ = false;         ///< nobody will take any more

  std::thread thread_; ///< last: it uses all of the above
};

read_ahead::read_ahead(replay_cursor cursor) : reader_(std::make_unique<reader>(std::move(cursor))) {}
read_ahead::~read_ahead() = default;

result<std::optional<batch_view>> read_ahead::next() {
  return reader_->next();
}

} // namespace tallyman::journal
