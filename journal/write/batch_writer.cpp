#include "journal/write/batch_writer.hpp"

#include "base/invariant.hpp"
#include "journal/format/batch.hpp"
#include "journal/format/failure.hpp"
#include "journal/write/creation.hpp"

#include <cstring>

namespace tallyman::journal {

namespace {

/// The next segment is asked for when this part of the present one is used: late enough that a small journal
/// does not pay for it, early enough that the writer does not wait.
constexpr std::uint64_t spare_after_fraction = 4;

} // namespace

batch_writer::batch_writer(storage& disk, std::string directory, const log_options& options,
                           const segment_entry& newest, const log_position& end, superblock_file& block,
                           segment_supply& supply, log_state& state)
    : disk_(disk), directory_(std::move(directory)), options_(options), superblock_(block), supply_(supply),
      state_(state), segment_(newest.header), position_(end) {}

result<std::unique_ptr<batch_writer>> batch_writer::open(storage& disk, const std::string& directory,
                                                         const log_options& options,
                                                         const segment_entry& newest, const log_position& end,
                                                         superblock_file& block, segment_supply& supply,
                                                         log_state& state) {
  std::unique_ptr<batch_writer> made(
      new batch_writer(disk, directory, options, newest, end, block, supply, state));
  auto opened = disk.open(newest.path, open_mode::direct);
  if (!opened)
    return opened.failure();
  made->file_ = std::move(*opened);
  supply.start(newest.header.number + 1);
  return made;
}

result<void> batch_writer::write(batch_buffer& batch) {
  invariant(batch.first_sequence() == position_.next_sequence && "a batch was written out of order");
  if (auto done = put(batch); !done)
    return done;
  proof_due_ = true;
  return {};
}

result<void> batch_writer::write_proof() {
  proof_.reset(position_.next_sequence);
  if (auto done = put(proof_); !done)
    return done;
  proof_due_ = false;
  return {};
}

result<void> batch_writer::put(batch_buffer& batch) {
  batch_header header;
  header.event_count = batch.event_count();
  header.record_count = batch.record_count();
  header.payload_bytes = static_cast<std::uint32_t>(batch.payload_bytes());
  header.first_sequence = position_.next_sequence;
  header.number = position_.next_batch;
  header.time_ms = batch.record_count() == 0 ? position_.time_ms : batch.time_ms();
  // Only one batch is under way at a time, so everything in front of this one is on disk.
  header.durable_sequence = position_.last_sequence();
  const std::uint64_t stored_bytes = header.stored_bytes();
  if (stored_bytes > segment_.bytes - position_.offset)
    if (auto rolled = roll(); !rolled)
      return rolled;
  header.nonce = segment_.nonce;
  header.offset = position_.offset;
  const std::size_t used = batch_header_bytes + batch.payload_bytes();
  std::memset(batch.stored() + used, 0, stored_bytes - used);
  seal_batch(batch.stored(), header, position_.chain);
  if (auto written = file_->write_at(position_.offset, as_text(batch.stored(), stored_bytes)); !written)
    return written;
  if (auto synced = file_->sync(); !synced)
    return synced;
  position_.offset += stored_bytes;
  position_.next_batch = header.number + 1;
  position_.next_sequence += header.event_count;
  position_.chain = header.chain;
  position_.time_ms = header.time_ms;
  state_.publish(position_);
  ask_for_spare();
  return {};
}

/// The new segment has its final name and the superblock names it before a batch goes into it.
result<void> batch_writer::roll() {
  const std::string next_path = segment_path(directory_, position_.next_sequence);
  if (position_.next_sequence == segment_.first_sequence)
    return damage_of(next_path,
                     "is full and holds no event; the next segment would have its name, see salvage");
  auto nonce = draw_random(options_);
  if (!nonce)
    return nonce.failure();
  auto spare = supply_.take(segment_.number + 1);
  if (!spare)
    return spare.failure();
  const segment_header header = next_header(*nonce);
  auto opened = disk_.open(*spare, open_mode::read_write);
  if (!opened)
    return opened.failure();
  if (auto written = write_segment_header(**opened, header); !written)
    return written;
  const segment_entry entry{header, next_path};
  if (auto renamed = disk_.rename(*spare, entry.path); !renamed)
    return renamed;
  if (auto synced = disk_.sync_directory(segments_directory(directory_)); !synced)
    return synced;
  auto noted = superblock_.update([&](superblock& block) {
    block.newest_segment = header.number;
    block.durable_sequence = position_.last_sequence();
    block.durable_batch = position_.next_batch - 1;
  });
  if (!noted)
    return noted;
  // Opened anew so that errors name the file as it is called now, and batches go past the page cache.
  auto renamed = disk_.open(entry.path, open_mode::direct);
  if (!renamed)
    return renamed.failure();
  file_ = std::move(*renamed);
  segment_ = header;
  position_.offset = block_bytes;
  state_.add_segment(entry);
  return {};
}

segment_header batch_writer::next_header(std::uint64_t nonce) const {
  segment_header header;
  header.id = segment_.id;
  header.number = segment_.number + 1;
  header.nonce = nonce;
  header.first_sequence = position_.next_sequence;
  header.first_batch = position_.next_batch;
  header.previous_chain = position_.chain;
  header.bytes = segment_bytes_of(options_, header.number);
  return header;
}

void batch_writer::ask_for_spare() {
  if (position_.offset >= segment_.bytes / spare_after_fraction)
    supply_.prepare(segment_.number + 1);
}

} // namespace tallyman::journal
