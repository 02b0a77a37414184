#include "fuzz/journal_recipe.hpp"

#include "journal/format/batch.hpp"
#include "journal/format/checksum.hpp"
#include "journal/format/record_kind.hpp"
#include "journal/format/segment.hpp"
#include "journal/format/superblock.hpp"
#include "journal/read/segment_reader.hpp"

#include <algorithm>

namespace tallyman::testing {

using namespace journal;

namespace {

constexpr journal_id id{1, 2};
constexpr std::size_t segment_blocks = 12;
constexpr std::size_t batch_checksum_at = 88;

/// Which fields of an edited batch are put right.
enum fix : unsigned {
  fix_place = 1,   ///< nonce, number, first sequence, offset, durable sequence
  fix_counts = 2,  ///< events and records as the payload has them
  fix_payload = 4, ///< payload checksum
  fix_chain = 8,
  fix_header = 16, ///< header checksum
};

template <class T>
void put(std::string& block, std::size_t at, T value) {
  field_writer(reinterpret_cast<std::byte*>(block.data()) + at).put(value);
}

void edit(std::string& block, recipe& given, std::size_t count, std::size_t editable) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = given.number(1) % editable;
    std::uint64_t bits = given.number(4);
    for (std::size_t byte = at; byte < std::min(at + 4, editable); ++byte, bits >>= 8)
      block[byte] = static_cast<char>(block[byte] ^ static_cast<char>(bits));
  }
}

void count_records(std::string_view payload, batch_header& header) {
  while (payload.size() >= record_prefix_bytes) {
    const auto prefix = get_prefix(payload.data());
    if (prefix.size > payload.size() - record_prefix_bytes)
      return;
    payload.remove_prefix(record_prefix_bytes + prefix.size);
    if (prefix.kind == time_mark_kind)
      continue;
    ++header.record_count;
    header.event_count += (prefix.kind & definition_bit) == 0 ? 1U : 0U;
  }
}

/// One segment file as it grows.
class segment_builder {
public:
  segment_builder(recipe& given, segment_header header)
      : given_(given), header_(header), position_(start_of(header)) {}

  /// Returns where the next segment continues.
  log_position build(std::string& file) {
    file.assign(segment_blocks * block_bytes, '\0');
    const std::uint64_t plan = given_.number(1);
    write_header(file, plan >> 4 & 3);
    for (std::uint64_t i = 0; i < (plan & 15); ++i)
      add_batch(file);
    if ((plan & 64) != 0) {
      const std::size_t at =
          std::min<std::size_t>(position_.offset + given_.number(2) % (8 * block_bytes), file.size());
      const auto garbage = given_.bytes(std::min<std::size_t>(given_.number(1), file.size() - at));
      file.replace(at, garbage.size(), garbage);
    }
    return position_;
  }

private:
  void write_header(std::string& file, std::size_t edits) {
    // The sound header, by the code that writes it.
    simulated_storage scratch{1};
    (void)scratch.make_directory("/s");
    auto made = scratch.open("/s/h", open_mode::create);
    (void)write_segment_header(**made, header_);
    std::string block = scratch.content("/s/h");
    edit(block, given_, edits, 80);
    put(block, block_bytes - 8, checksum({block.data(), block_bytes - 8}));
    file.replace(0, block_bytes, block);
  }

  void add_batch(std::string& file) {
    const std::uint64_t fixes = given_.number(1);
    const std::uint64_t edits = given_.number(1) & 3;
    const std::size_t room = file.size() - position_.offset;
    if (room < block_bytes)
      return;
    const std::size_t wanted = std::min<std::size_t>(given_.number(2), room - batch_header_bytes);
    std::string edit_bytes(given_.bytes(edits * 5));
    const auto payload = given_.bytes(wanted);
    batch_header header = sound_header(payload);
    std::string stored(header.stored_bytes(), '\0');
    stored.replace(batch_header_bytes, payload.size(), payload);
    seal_batch(reinterpret_cast<std::byte*>(stored.data()), header, position_.chain);
    recipe edit_recipe{reinterpret_cast<const std::uint8_t*>(edit_bytes.data()), edit_bytes.size()};
    edit(stored, edit_recipe, edits, batch_header_bytes);
    repair(stored, header, fixes);
    file.replace(position_.offset, stored.size(), stored);
    position_.offset += stored.size();
    position_.next_batch = header.number + 1;
    position_.next_sequence = header.first_sequence + header.event_count;
    position_.chain = field_reader(stored.data() + 72).get<std::uint64_t>();
  }

  batch_header sound_header(std::string_view payload) const {
    batch_header header;
    header.nonce = header_.nonce;
    header.number = position_.next_batch;
    header.first_sequence = position_.next_sequence;
    header.payload_bytes = static_cast<std::uint32_t>(payload.size());
    header.offset = position_.offset;
    header.durable_sequence = position_.last_sequence();
    count_records(payload, header);
    return header;
  }

  void repair(std::string& stored, const batch_header& header, std::uint64_t fixes) const {
    if ((fixes & fix_counts) != 0) {
      put(stored, 4, header.event_count);
      put(stored, 44, header.record_count);
    }
    if ((fixes & fix_place) != 0) {
      put(stored, 8, header.nonce);
      put(stored, 16, header.number);
      put(stored, 24, header.first_sequence);
      put(stored, 56, header.offset);
      put(stored, 64, header.durable_sequence);
    }
    if ((fixes & fix_payload) != 0)
      put(stored, 48, checksum(std::string_view(stored).substr(batch_header_bytes)));
    if ((fixes & fix_chain) != 0)
      put(stored, 72, chain_of(position_.chain, stored.data()));
    if ((fixes & fix_header) != 0)
      put(stored, batch_checksum_at, checksum({stored.data(), batch_checksum_at}));
  }

  recipe& given_;
  segment_header header_;
  log_position position_;
};

void write_superblock(simulated_storage& disk, const superblock& block) {
  (void)superblock_file::create(disk, fuzzed_directory, block);
}

} // namespace

void build_journal(simulated_storage& disk, recipe& given) {
  for (const char* folder : {"", "/segments", "/snapshots", "/quarantine"})
    (void)disk.make_directory(fuzzed_directory + folder);
  const std::uint64_t plan = given.number(1);
  superblock block;
  block.id = id;
  block.counter = 1;
  block.cluster = "fuzz";
  block.newest_segment = given.number(1);
  block.durable_batch = given.number(1);
  write_superblock(disk, block);
  if ((plan & 4) != 0) {
    std::string slots = disk.content(fuzzed_directory + "/superblock");
    edit(slots, given, 2, 80);
    put(slots, block_bytes - 8, checksum({slots.data(), block_bytes - 8}));
    disk.set_content(fuzzed_directory + "/superblock", slots);
  }
  segment_header header{id, 1, 77, 1, 1, chain_seed(id), segment_blocks * block_bytes};
  for (std::uint64_t i = 0; i <= (plan & 3); ++i) {
    std::string file;
    const log_position end = segment_builder(given, header).build(file);
    // Under the name that its header, edited or not, gives it: another name is refused at once.
    const auto first_sequence = field_reader(file.data() + 48).get<std::uint64_t>();
    disk.set_content(segment_path(fuzzed_directory, first_sequence), file);
    ++header.number;
    ++header.nonce;
    header.first_sequence = end.next_sequence;
    header.first_batch = end.next_batch;
    header.previous_chain = end.chain;
  }
}

} // namespace tallyman::testing
