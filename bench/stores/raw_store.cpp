#include "bench/stores/append_store.hpp"
#include "bench/stores/event_source.hpp"
#include "journal/disk_storage.hpp"
#include "journal/format/format.hpp"

#include <algorithm>

namespace tallyman::bench {

namespace {

constexpr std::size_t fill_bytes = std::size_t{1} << 20;

/// The limit: what the kernel takes to make these bytes durable, and nothing else. The batch is laid out as
/// the journal's are, from a block boundary on; a batch's events lie in memory back to back already, so not
/// even a copy is made.
class raw_store final : public append_store {
public:
  raw_store(std::unique_ptr<journal::file> opened, std::size_t round_bytes)
      : file_(std::move(opened)), round_bytes_(round_bytes) {}

  /// Filled anew each time: how fast a file is written through the page cache depends, by up to two times, on
  /// the size of the pieces of memory that the kernel happened to find for it when it was filled.
  result<void> before_round() override {
    offset_ = 0;
    if (auto forgotten = file_->forget_cache(); !forgotten)
      return forgotten;
    static const std::string zeros(fill_bytes, '\0');
    for (std::size_t at = 0; at < round_bytes_; at += fill_bytes)
      if (auto written = file_->write_at(at, {zeros.data(), std::min(fill_bytes, round_bytes_ - at)});
          !written)
        return written;
    return file_->sync();
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
  std::unique_ptr<journal::file> file_;
  std::size_t round_bytes_;
  std::uint64_t offset_ = 0;
  std::uint64_t count_ = 0;
};

} // namespace

result<std::unique_ptr<append_store>> make_raw_store(const std::string& directory, const append_plan& plan) {
  journal::disk_storage disk;
  auto opened = disk.open(directory + "/raw", journal::open_mode::create);
  if (!opened)
    return opened.failure();
  const std::size_t round_bytes = plan.round_batches * journal::round_up_to_block(plan.batch_bytes_max);
  return std::unique_ptr<append_store>(std::make_unique<raw_store>(std::move(*opened), round_bytes));
}

} // namespace tallyman::bench
