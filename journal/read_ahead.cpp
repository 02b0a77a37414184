#include "journal/read_ahead.hpp"

#include "journal/format/byte_buffer.hpp"

#include <array>
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
constexpr std::size_t pieces_in_all = 6; // one is being filled, one is being taken from

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
  explicit reader(replay_cursor cursor) : cursor_(std::move(cursor)) {
    for (auto& each : pieces_)
      free_.push_back(&each);
    thread_ = std::thread{[this] { run(); }};
  }

  ~reader() {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  result<std::optional<batch_view>> next() {
    if (current_ == nullptr || current_->taken == current_->batches.size())
      take_piece();
    if (current_ == nullptr) // `end_` is final: the thread has ended
      return end_;
    const auto& each = current_->batches[current_->taken++];
    return std::optional{
        each.batch.over(reinterpret_cast<const char*>(current_->bytes.data()) + each.offset)};
  }

private:
  void take_piece() {
    {
      std::unique_lock lock{mutex_};
      if (current_ != nullptr)
        free_.push_back(current_);
      current_ = nullptr;
      changed_.wait(lock, [this] { return !ready_.empty() || ended_; });
      if (!ready_.empty()) {
        current_ = ready_.front();
        ready_.pop_front();
      }
    }
    changed_.notify_all();
  }

  void run() {
    for (bool more = true; more;) {
      piece* filled = nullptr;
      {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return !free_.empty() || stopped_; });
        if (stopped_)
          break;
        filled = free_.front();
        free_.pop_front();
      }
      more = fill(*filled);
      {
        const std::lock_guard lock{mutex_};
        if (!filled->batches.empty())
          ready_.push_back(filled);
        ended_ = !more;
      }
      changed_.notify_all();
    }
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
  std::array<piece, pieces_in_all> pieces_; ///< each of whoever took it off a list
  piece* current_ = nullptr;                ///< of whoever calls next()

  std::mutex mutex_; // guards: all below but the thread
  std::condition_variable changed_;
  std::deque<piece*> free_;
  std::deque<piece*> ready_;
  bool ended_ = false;   ///< nothing will be added to `ready_`
  bool stopped_ = false; ///< nobody will take any more

  std::thread thread_; ///< last: it uses all of the above
};

read_ahead::read_ahead(replay_cursor cursor) : reader_(std::make_unique<reader>(std::move(cursor))) {}
read_ahead::~read_ahead() = default;

result<std::optional<batch_view>> read_ahead::next() {
  return reader_->next();
}

} // namespace tallyman::journal
