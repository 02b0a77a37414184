#include "journal/read/segment_reader.hpp"

#include "base/invariant.hpp"
#include "journal/format/checksum.hpp"
#include "journal/format/failure.hpp"

#include <algorithm>
#include <cstring>

namespace tallyman::journal {

namespace {

// Twice the largest batch: one is being looked at while the rest of the next is already here.
constexpr std::size_t read_bytes = 2 * batch_bytes_limit;

std::string_view header_fault(const batch_header& header, const segment_header& segment,
                              const log_position& at) {
  if (header.nonce != segment.nonce)
    return "a batch of another segment or journal stands here";
  if (header.offset != at.offset)
    return "a batch that belongs at another offset stands here";
  if (header.number != at.next_batch)
    return "the batch number does not continue the one before";
  if (header.first_sequence != at.next_sequence)
    return "the first sequence does not continue the batch before";
  if (header.durable_sequence >= header.first_sequence)
    return "the batch claims that events were durable before they were written";
  if (header.payload_bytes > batch_bytes_limit - batch_header_bytes)
    return "the batch is longer than the format allows";
  if (header.stored_bytes() > segment.bytes - at.offset)
    return "the batch reaches past the end of its segment";
  return {};
}

} // namespace

log_position start_of(const segment_header& header) {
  return {header.first_offset, header.first_batch, header.first_sequence, header.previous_chain, 0};
}

segment_reader::segment_reader(std::unique_ptr<file> opened, const segment_header& header, bool headers_only)
    : file_(std::move(opened)), header_(header), position_(start_of(header)),
      buffer_bytes_(headers_only ? block_bytes : std::min<std::uint64_t>(read_bytes, header.bytes)),
      headers_only_(headers_only) {
  buffer_ = std::make_unique_for_overwrite<char[]>(buffer_bytes_);
}

result<segment_reader> segment_reader::open(storage& disk, const segment_entry& segment, bool headers_only) {
  auto opened = disk.open(segment.path, open_mode::read);
  if (!opened)
    return opened.failure();
  auto header = read_segment_header(**opened);
  if (!header)
    return header.failure();
  if (header->nonce != segment.header.nonce)
    return damage_of(segment.path, "was replaced while it was being read");
  return segment_reader(std::move(*opened), *header, headers_only);
}

result<scan_step> segment_reader::next() {
  scan_step step;
  step.offset = position_.offset;
  if (position_.offset >= header_.bytes)
    return step;
  if (auto loaded = load(batch_header_bytes); !loaded)
    return loaded.failure();
  step = check_header(buffer_.get() + (position_.offset - buffer_offset_));
  if (step.found != scan_step::kind::batch)
    return step;
  if (!headers_only_) {
    if (auto loaded = load(step.header.stored_bytes()); !loaded)
      return loaded.failure();
    check_payload(step);
  }
  if (step.found == scan_step::kind::batch)
    advance(step.header);
  return step;
}

/// Makes `size` bytes from the position on available. `size` was checked against the segment's end.
result<void> segment_reader::load(std::size_t size) {
  const std::uint64_t wanted_end = position_.offset + size;
  invariant(wanted_end <= header_.bytes && "a length was not checked before it was used");
  if (position_.offset >= buffer_offset_ && wanted_end <= buffer_offset_ + loaded_)
    return {};
  std::size_t kept = 0;
  if (position_.offset >= buffer_offset_ && position_.offset < buffer_offset_ + loaded_) {
    const std::size_t passed = position_.offset - buffer_offset_;
    kept = loaded_ - passed;
    std::memmove(buffer_.get(), buffer_.get() + passed, kept);
  }
  buffer_offset_ = position_.offset;
  loaded_ = kept;
  const std::size_t room = headers_only_ ? batch_header_bytes : buffer_bytes_;
  const std::size_t wanted = std::min<std::uint64_t>(room, header_.bytes - position_.offset) - kept;
  auto got = file_->read_at(buffer_offset_ + kept, buffer_.get() + kept, wanted);
  if (!got)
    return got.failure();
  loaded_ += *got;
  if (*got < wanted)
    return damage_at(file_->path(), buffer_offset_ + loaded_,
                     "the segment became shorter than its header says");
  return {};
}

scan_step segment_reader::check_header(const char* bytes) const {
  scan_step step;
  step.offset = position_.offset;
  if (all_zero({bytes, batch_header_bytes}))
    return step;
  const auto header = read_batch_header(bytes);
  if (!header) {
    step.found = scan_step::kind::torn;
    step.reason = "the batch header does not match its checksum";
    return step;
  }
  step.header = *header;
  step.header_sound = true;
  step.reason = header_fault(*header, header_, position_);
  if (step.reason.empty() && header->chain != chain_of(position_.chain, bytes))
    step.reason = "the chain does not continue the batch before";
  step.found = step.reason.empty() ? scan_step::kind::batch : scan_step::kind::broken;
  return step;
}

void segment_reader::check_payload(scan_step& step) const {
  const char* stored = buffer_.get() + (position_.offset - buffer_offset_);
  const std::size_t behind_header = step.header.stored_bytes() - batch_header_bytes;
  if (checksum({stored + batch_header_bytes, behind_header}) != step.header.payload_checksum) {
    step.found = scan_step::kind::torn;
    step.reason = "the batch payload does not match its checksum";
    return;
  }
  step.payload = {stored + batch_header_bytes, step.header.payload_bytes};
  step.reason = payload_fault(step.header, step.payload);
  if (!step.reason.empty())
    step.found = scan_step::kind::broken;
}

void segment_reader::advance(const batch_header& header) {
  position_.offset += header.stored_bytes();
  position_.next_batch = header.number + 1;
  position_.next_sequence = header.first_sequence + header.event_count;
  position_.chain = header.chain;
  position_.time_ms = header.time_ms;
}

} // namespace tallyman::journal
