#include "base/invariant.hpp"
#include "journal/format/failure.hpp"
#include "journal/format/snapshot_layout.hpp"
#include "journal/snapshot/snapshot_file.hpp"

#include <algorithm>
#include <cstring>

namespace tallyman::journal {

namespace {

constexpr std::size_t read_bytes = std::size_t{1} << 20;

} // namespace

result<snapshot_reader> snapshot_reader::open(storage& disk, const std::string& path, const journal_id& id) {
  auto opened = disk.open(path, open_mode::read);
  if (!opened)
    return opened.failure();
  snapshot_reader reader;
  reader.path_ = path;
  reader.file_ = std::move(*opened);
  if (auto ends = reader.read_ends(id); !ends)
    return ends.failure();
  return reader;
}

result<void> snapshot_reader::read_ends(const journal_id& id) {
  auto size = file_->size();
  if (!size)
    return size.failure();
  file_bytes_ = *size;
  if (file_bytes_ < snapshot_header_bytes + snapshot_footer_bytes)
    return damage_of(path_, "is too short for a snapshot");
  if (auto filled = fill(snapshot_header_bytes); !filled)
    return filled;
  auto header = decode_snapshot_header(as_text(buffer_.data(), snapshot_header_bytes), path_);
  if (!header)
    return header.failure();
  if (header->id != id)
    return damage_of(path_, "belongs to journal " + header->id.text() + ", this one is " + id.text());
  sequence_ = header->sequence;
  consumed_ = snapshot_header_bytes;
  return check_footer();
}

result<void> snapshot_reader::check_footer() {
  char bytes[snapshot_footer_bytes];
  auto got = file_->read_at(file_bytes_ - sizeof bytes, bytes, sizeof bytes);
  if (!got)
    return got.failure();
  if (*got != sizeof bytes)
    return damage(file_bytes_, "the snapshot became shorter");
  auto footer = decode_snapshot_footer({bytes, sizeof bytes});
  if (!footer)
    return damage(file_bytes_ - sizeof bytes, footer.failure().what);
  if (footer->file_bytes != file_bytes_ || footer->sequence != sequence_)
    return damage(file_bytes_ - sizeof bytes, "the snapshot footer is of another file");
  chain_ = footer->chain;
  block_count_ = footer->block_count;
  whole_checksum_ = footer->whole_checksum;
  return {};
}

result<std::optional<snapshot_block>> snapshot_reader::next() {
  const std::uint64_t position = offset_ - (buffer_.size() - consumed_);
  const std::uint64_t left = file_bytes_ - snapshot_footer_bytes - position;
  if (left == 0) {
    if (blocks_read_ != block_count_ || whole_.value() != whole_checksum_)
      return damage(position, "the snapshot does not match the checksum over all of it");
    return std::optional<snapshot_block>();
  }
  if (left < snapshot_block_header_bytes)
    return damage(position, "the snapshot ends inside a block header");
  if (auto filled = fill(snapshot_block_header_bytes); !filled)
    return filled.failure();
  const auto header = decode_block_header(as_text(buffer_.data() + consumed_, snapshot_block_header_bytes));
  if (header.size > snapshot_block_bytes_max || header.size > left - snapshot_block_header_bytes)
    return damage(position, "a snapshot block is longer than its file or the limit");
  if (auto filled = fill(snapshot_block_header_bytes + header.size); !filled)
    return filled.failure();
  const std::string_view stored =
      as_text(buffer_.data() + consumed_, snapshot_block_header_bytes + header.size);
  const std::string_view bytes = stored.substr(snapshot_block_header_bytes);
  if (header.index != static_cast<std::uint32_t>(blocks_read_) || !block_matches(stored, bytes))
    return damage(position, "a snapshot block does not match its checksum");
  ++blocks_read_;
  consumed_ += stored.size();
  return std::optional<snapshot_block>(snapshot_block{header.type, bytes});
}

/// Makes `count` bytes behind the consumed ones available. `count` was checked against the file's end.
result<void> snapshot_reader::fill(std::size_t count) {
  const std::size_t kept = buffer_.size() - consumed_;
  if (kept >= count)
    return {};
  const std::uint64_t left = file_bytes_ - snapshot_footer_bytes - offset_;
  invariant(count - kept <= left && "a length was not checked before it was used");
  const std::size_t wanted = std::min<std::uint64_t>(std::max(count - kept, read_bytes), left);
  byte_buffer next;
  std::byte* into = next.extend(kept + wanted);
  if (kept != 0)
    std::memcpy(into, buffer_.data() + consumed_, kept);
  auto got = file_->read_at(offset_, into + kept, wanted);
  if (!got)
    return got.failure();
  if (*got != wanted)
    return damage(offset_ + *got, "the snapshot became shorter");
  whole_.add(as_text(into + kept, wanted));
  offset_ += wanted;
  buffer_ = std::move(next);
  consumed_ = 0;
  return {};
}

error snapshot_reader::damage(std::uint64_t offset, std::string_view reason) const {
  return damage_at(path_, offset, reason);
}

} // namespace tallyman::journal
