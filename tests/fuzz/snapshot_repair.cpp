#include "fuzz/snapshot_repair.hpp"

#include "journal/format/checksum.hpp"
#include "journal/format/snapshot_layout.hpp"
#include "journal/snapshot/snapshot_file.hpp"

#include <algorithm>

namespace tallyman::testing {

using namespace journal;

namespace {

constexpr std::string_view block_magic = "TBLK";

std::size_t block_end(std::string_view body, std::size_t at, bool lengths_too) {
  const std::size_t content = at + snapshot_block_header_bytes;
  if (!lengths_too)
    return content + std::min<std::size_t>(decode_block_header(body.substr(at)).size, body.size() - content);
  const auto next = body.find(block_magic, content);
  const auto end = next == std::string_view::npos ? body.size() : next;
  return std::min(end, content + snapshot_block_bytes_max);
}

} // namespace

void repair_snapshot(std::string& file, bool lengths_too) {
  if (file.size() < snapshot_header_bytes + snapshot_footer_bytes)
    return;
  const std::uint64_t sequence = field_reader(file.data() + 32).get<std::uint64_t>();
  const std::string_view body = std::string_view(file).substr(
      snapshot_header_bytes, file.size() - snapshot_header_bytes - snapshot_footer_bytes);
  std::string fixed = encode_snapshot_header({fuzzed_journal_id, sequence});
  std::uint32_t index = 0;
  for (std::size_t at = 0; at < body.size();) {
    if (body.size() - at < snapshot_block_header_bytes) {
      fixed += body.substr(at);
      break;
    }
    const std::size_t end = block_end(body, at, lengths_too);
    const auto content =
        body.substr(at + snapshot_block_header_bytes, end - at - snapshot_block_header_bytes);
    auto header = decode_block_header(body.substr(at));
    header.index = index++;
    if (lengths_too)
      header.size = static_cast<std::uint32_t>(content.size());
    fixed += encode_block_header(header, content);
    fixed += content;
    at = end;
  }
  const std::uint64_t chain = field_reader(file.data() + file.size() - 40).get<std::uint64_t>();
  fixed +=
      encode_snapshot_footer({index, sequence, chain, fixed.size() + snapshot_footer_bytes, checksum(fixed)});
  file = std::move(fixed);
}

} // namespace tallyman::testing
