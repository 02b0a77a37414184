#include "journal/upkeep/salvage_scan.hpp"

#include "journal/format/batch.hpp"
#include "journal/format/checksum.hpp"

#include <algorithm>
#include <optional>

namespace tallyman::journal {

namespace {

/// What is known of the batch in front of the next one.
struct link {
  std::uint64_t number = 0;
  std::uint64_t next_sequence = 0; ///< 0: unknown, since the batch itself is lost
  std::uint64_t chain = 0;
};

/// A batch as it stands at some offset.
struct found_batch {
  batch_header header;
  std::uint64_t chain_from_link = 0; ///< what its chain would be if it followed the link
  bool header_sound = false;
  std::string fault; ///< why the batch is not sound; empty: it is
};

/// Walks one segment. A sound batch whose predecessor's chain value is lost cannot begin a piece, since
/// nobody could check it again; the one behind it can.
class segment_scan {
public:
  segment_scan(file& from, const segment_entry& segment, salvage_scan& into,
               const std::vector<std::uint64_t>& asked)
      : file_(from), segment_(segment), into_(into), asked_(asked),
        link_(link{segment.header.first_batch - 1, segment.header.first_sequence,
                   segment.header.previous_chain}) {}

  std::vector<sound_piece> run() {
    for (std::uint64_t at = segment_.header.first_offset; at < segment_.header.bytes;)
      at += step(at);
    close();
    return std::move(pieces_);
  }

private:
  /// Looks at one place and returns how far to move on.
  std::uint64_t step(std::uint64_t at) {
    std::string block(block_bytes, '\0');
    auto got = file_.read_at(at, block.data(), block.size());
    if (!got || *got != block.size())
      return not_sound(at, got ? "the segment is shorter than its header says" : got.failure().what);
    if (all_zero(block)) {
      close();
      return block_bytes;
    }
    const auto found = look(at, block);
    if (!found.header_sound)
      return not_sound(at, "there is no sound batch header");
    const batch_header& header = found.header;
    if (!found.fault.empty()) {
      not_sound(at, found.fault);
      // Its own payload is lost, but the batch behind it can be proven to follow it.
      link_ = link{header.number, header.first_sequence + header.event_count, header.chain};
      return block_bytes;
    }
    const bool follows = link_ && header.number == link_->number + 1 &&
                         header.chain == found.chain_from_link &&
                         header.first_sequence == link_->next_sequence;
    if (follows)
      add(at, header);
    else
      not_sound(at, "the batch is sound, but the one before it is lost");
    link_ = link{header.number, header.first_sequence + header.event_count, header.chain};
    return header.stored_bytes();
  }

  found_batch look(std::uint64_t at, const std::string& block) {
    found_batch found;
    const auto header = read_batch_header(block.data());
    if (!header || header->nonce != segment_.header.nonce || header->offset != at ||
        header->durable_sequence >= header->first_sequence || header->number <= highest_ ||
        header->payload_bytes > batch_bytes_limit - batch_header_bytes ||
        header->stored_bytes() > segment_.header.bytes - at)
      return found;
    found.header = *header;
    found.header_sound = true;
    found.chain_from_link = link_ ? chain_of(link_->chain, block.data()) : 0;
    std::string stored(header->stored_bytes(), '\0');
    auto got = file_.read_at(at, stored.data(), stored.size());
    const std::string_view behind = std::string_view(stored).substr(batch_header_bytes);
    if (!got)
      found.fault = got.failure().what;
    else if (*got != stored.size())
      found.fault = "the segment is shorter than its header says";
    else if (checksum(behind) != header->payload_checksum)
      found.fault = "the batch does not match its checksum";
    else
      found.fault = payload_fault(*header, behind.substr(0, header->payload_bytes));
    if (found.fault.empty())
      highest_ = header->number;
    return found;
  }

  void add(std::uint64_t at, const batch_header& header) {
    in_damage_ = false;
    if (!open_) {
      sound_piece piece;
      piece.segment = segment_;
      piece.begin = at;
      piece.first_batch = header.number;
      piece.first_sequence = header.first_sequence;
      piece.previous_chain = link_->chain;
      open_ = piece;
    }
    open_->end = at + header.stored_bytes();
    open_->last_batch = header.number;
    open_->next_sequence = header.first_sequence + header.event_count;
    open_->chain = header.chain;
    if (header.event_count == 0)
      return;
    for (auto each = std::lower_bound(asked_.begin(), asked_.end(), header.first_sequence);
         each != asked_.end() && *each <= header.last_sequence(); ++each)
      into_.chains[*each] = header.chain;
  }

  std::uint64_t not_sound(std::uint64_t at, std::string reason) {
    close();
    link_.reset();
    if (!in_damage_)
      into_.damage.push_back({segment_.path, at, std::move(reason)});
    in_damage_ = true;
    return block_bytes;
  }

  void close() {
    if (open_)
      pieces_.push_back(*open_);
    open_.reset();
  }

  file& file_;
  const segment_entry& segment_;
  salvage_scan& into_;
  const std::vector<std::uint64_t>& asked_; ///< ascending
  std::optional<link> link_;
  std::optional<sound_piece> open_;
  std::vector<sound_piece> pieces_;
  std::uint64_t highest_ = 0;
  bool in_damage_ = false;
};

void join(std::vector<sound_piece> pieces, salvage_scan& into) {
  for (sound_piece& piece : pieces) {
    const sound_piece* before = into.runs.empty() ? nullptr : &into.runs.back().back();
    const bool continues = before != nullptr && piece.begin == piece.segment.header.first_offset &&
                           piece.segment.header.number == before->segment.header.number + 1 &&
                           piece.first_batch == before->last_batch + 1 &&
                           piece.previous_chain == before->chain &&
                           piece.first_sequence == before->next_sequence;
    if (continues)
      into.runs.back().push_back(std::move(piece));
    else
      into.runs.push_back({std::move(piece)});
  }
}

} // namespace

result<salvage_scan> scan_for_salvage(storage& disk, const std::string& directory, const journal_id& id,
                                      std::uint64_t retired_before, const std::vector<std::uint64_t>& asked) {
  auto names = disk.list(segments_directory(directory));
  if (!names)
    return names.failure();
  salvage_scan scan;
  for (const std::string& name : *names) {
    const std::uint64_t first = sequence_of_name(name, segment_suffix);
    if (first == 0 || first < retired_before)
      continue;
    const std::string path = segment_path(directory, first);
    auto opened = disk.open(path, open_mode::read);
    auto header = opened ? read_segment_block(**opened) : result<segment_header>(opened.failure());
    if (!header && header.failure().kind == error_kind::too_new)
      return header.failure();
    if (!header) {
      scan.damage.push_back({path, 0, header.failure().what});
      continue;
    }
    if (header->id != id || header->first_sequence != first) {
      scan.damage.push_back({path, 0, "the segment belongs to another journal or place"});
      continue;
    }
    join(segment_scan(**opened, {*header, path}, scan, asked).run(), scan);
  }
  return scan;
}

} // namespace tallyman::journal
