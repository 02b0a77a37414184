#include "bench/stores/append_store.hpp"
#include "bench/stores/event_source.hpp"
#include "journal/disk_storage.hpp"
#include "journal/format.hpp"
#include "journal/segment.hpp"

namespace tallyman::bench {

namespace {

/// The limit: what the kernel takes to make these bytes durable, and nothing else. The batch is laid out as
/// the journal's are, from a block boundary on; a batch's events lie in memory back to back already, so not
/// even a copy is made.
class raw_store final : public append_store {
public:
  explicit raw_store(std::string path) : path_(std::move(path)) {}

  result<void> before_round(std::size_t batches, std::size_t batch_bytes) override {
    const std::size_t stored = journal::round_up_to_block(batch_bytes);
    offset_ = 0;
    count_ = 0;
    if (file_ && size_ >= batches * stored)
      return {};
    size_ = batches * stored;
    auto made = journal::make_zero_filled(disk_, path_, size_);
    if (!made)
      return made.failure();
    file_ = std::move(*made);
    return {};
  }

  result<void> append(std::span<const std::string_view> events) override {
    const std::string_view last = events.back();
    const char* begin = events.front().data();
    const auto bytes = static_cast<std::size_t>(last.data() + last.size() - begin);
    const std::size_t padded = journal::round_up_to_block(bytes);
    static_assert(event_slack_bytes >= journal::block_bytes, "the padding is read from behind the events");
    if (auto written = file_->write_at(offset_, {begin, padded}); !written)
      return written;
    if (auto synced = file_->sync(); !synced)
      return synced;
    offset_ += padded;
    count_ += events.size();
    return {};
  }

  result<std::uint64_t> count() override { return count_; }

private:
  journal::disk_storage disk_;
  std::string path_;
  std::unique_ptr<journal::file> file_;
  std::size_t size_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t count_ = 0;
};

} // namespace

result<std::unique_ptr<append_store>> make_raw_store(const std::string& directory, std::uint32_t) {
  return std::unique_ptr<append_store>(std::make_unique<raw_store>(directory + "/raw"));
}

} // namespace tallyman::bench
