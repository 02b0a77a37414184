#include "journal/format/snapshot_layout.hpp"

#include "journal/format/checksum.hpp"
#include "journal/format/failure.hpp"

#include <array>

namespace tallyman::journal {

namespace {

constexpr std::uint64_t header_magic = 0x3150414e534c5954; // "TYLSNAP1"
constexpr std::uint64_t footer_magic = 0x31444e45534c5954; // "TYLSEND1"
constexpr std::uint32_t block_magic = 0x4b4c4254;          // "TBLK"
constexpr std::size_t frame_checksum_offset = 56;          // in header and footer
constexpr std::size_t block_checksum_offset = 16;

bool ends_match(std::string_view bytes, std::uint64_t magic) {
  return field_reader(bytes.data()).get<std::uint64_t>() == magic &&
         field_reader(bytes.data() + frame_checksum_offset).get<std::uint64_t>() ==
             checksum(bytes.substr(0, frame_checksum_offset));
}

std::uint64_t block_checksum(std::string_view header, std::string_view bytes) {
  return checksum(bytes, checksum(header.substr(0, block_checksum_offset)));
}

} // namespace

std::string encode_snapshot_header(const snapshot_header& header) {
  std::array<std::byte, snapshot_header_bytes> bytes{};
  field_writer fields(bytes.data());
  fields.put(header_magic);
  fields.put(format_version_plain);
  fields.put(static_cast<std::uint32_t>(snapshot_header_bytes));
  fields.put(header.id.high);
  fields.put(header.id.low);
  fields.put(header.sequence);
  field_writer(bytes.data() + frame_checksum_offset)
      .put(checksum(as_text(bytes.data(), frame_checksum_offset)));
  return std::string(as_text(bytes.data(), bytes.size()));
}

std::string encode_snapshot_footer(const snapshot_footer& footer) {
  std::array<std::byte, snapshot_footer_bytes> bytes{};
  field_writer fields(bytes.data());
  fields.put(footer_magic);
  fields.put(footer.block_count);
  fields.put(footer.sequence);
  fields.put(footer.chain);
  fields.put(footer.file_bytes);
  fields.put(footer.whole_checksum);
  field_writer(bytes.data() + frame_checksum_offset)
      .put(checksum(as_text(bytes.data(), frame_checksum_offset)));
  return std::string(as_text(bytes.data(), bytes.size()));
}

std::string encode_block_header(const snapshot_block_header& header, std::string_view payload) {
  std::array<std::byte, snapshot_block_header_bytes> bytes{};
  field_writer fields(bytes.data());
  fields.put(block_magic);
  fields.put(header.type);
  fields.put(std::uint16_t{0});
  fields.put(header.size);
  fields.put(header.index);
  fields.put(block_checksum(as_text(bytes.data(), bytes.size()), payload));
  return std::string(as_text(bytes.data(), bytes.size()));
}

result<snapshot_header> decode_snapshot_header(std::string_view bytes, std::string_view path) {
  if (!ends_match(bytes, header_magic))
    return damage_of(path, "the snapshot header does not match its checksum");
  field_reader fields(bytes.data() + sizeof header_magic);
  if (const auto version = fields.get<std::uint32_t>(); version > format_version)
    return too_new_failure(path, "a snapshot", version);
  fields.get<std::uint32_t>();
  snapshot_header header;
  header.id.high = fields.get<std::uint64_t>();
  header.id.low = fields.get<std::uint64_t>();
  header.sequence = fields.get<std::uint64_t>();
  return header;
}

result<snapshot_footer> decode_snapshot_footer(std::string_view bytes) {
  if (!ends_match(bytes, footer_magic))
    return error{error_kind::damaged, "the snapshot footer does not match its checksum"};
  field_reader fields(bytes.data() + sizeof footer_magic);
  snapshot_footer footer;
  footer.block_count = fields.get<std::uint64_t>();
  footer.sequence = fields.get<std::uint64_t>();
  footer.chain = fields.get<std::uint64_t>();
  footer.file_bytes = fields.get<std::uint64_t>();
  footer.whole_checksum = fields.get<std::uint64_t>();
  return footer;
}

snapshot_block_header decode_block_header(std::string_view bytes) {
  field_reader fields(bytes.data() + sizeof block_magic);
  snapshot_block_header header;
  header.type = fields.get<std::uint16_t>();
  fields.get<std::uint16_t>();
  header.size = fields.get<std::uint32_t>();
  header.index = fields.get<std::uint32_t>();
  header.checksum = fields.get<std::uint64_t>();
  return header;
}

bool block_matches(std::string_view encoded_header, std::string_view bytes) {
  return field_reader(encoded_header.data()).get<std::uint32_t>() == block_magic &&
         decode_block_header(encoded_header).checksum == block_checksum(encoded_header, bytes);
}

} // namespace tallyman::journal
