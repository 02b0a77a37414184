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
  explicit raw_store(std::unique_ptr<journal::file> zeros) : file_(std::move(zeros)) {}

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
  std::unique_ptr<journal::file> file_;
  std::uint64_t offset_ = 0;
  std::uint64_t count_ = 0;
};

} // namespace

result<std::unique_ptr<append_store>> make_raw_store(const std::string& directory, const append_plan& plan) {
  journal::disk_storage disk;
  const std::size_t bytes = plan.batches * journal::round_up_to_block(plan.batch_bytes_max);
  auto zeros = journal::make_zero_filled(disk, directory + "/raw", bytes);
  if (!zeros)
    return zeros.failure();
  return std::unique_ptr<append_store>(std::make_unique<raw_store>(std::move(*zeros)));
}

} // namespace tallyman::bench
