// A snapshot: one byte of flags, then the file. The file's checksums are put right first, unless a flag says
// not to: what a checksum would reject is tested by flipping bits, here it is about what gets past them.

#include "fuzz/memory_limit.hpp"
#include "fuzz/snapshot_repair.hpp"
#include "fuzz/target.hpp"
#include "journal/snapshot/snapshot_file.hpp"
#include "support/simulated_storage.hpp"
#include "tally/blocks.hpp"
#include "tally/snapshot/digest.hpp"

using namespace tallyman;
using namespace tallyman::testing;

namespace {

// A byte on disk may be a number of 8 bytes in a message, and stand for an entry of several tables.
constexpr std::size_t bytes_per_byte_max = 256;
constexpr std::size_t bytes_at_least = std::size_t{2} << 20;
// The reader alone: the block and what is read ahead.
constexpr std::size_t reader_bytes_per_byte_max = 3;

const std::string folder = "/snapshots";
const std::string path = folder + "/1.snap";

/// Reads the file and hands out its blocks; the first error ends it.
template <class Take>
result<void> read(journal::simulated_storage& disk, Take take) {
  auto reader = journal::snapshot_reader::open(disk, path, fuzzed_journal_id);
  if (!reader)
    return reader.failure();
  for (;;) {
    auto block = reader->next();
    if (!block)
      return block.failure();
    if (!*block)
      return {};
    const auto& bytes = (*block)->bytes;
    if (auto taken = take((*block)->type, std::as_bytes(std::span{bytes})); !taken)
      return taken;
  }
}

result<cluster_state> decode_file(journal::simulated_storage& disk) {
  snapshot_decoder decoder;
  auto done = read(
      disk, [&](std::uint16_t type, std::span<const std::byte> bytes) { return decoder.block(type, bytes); });
  if (!done)
    return done.failure();
  return decoder.finish();
}

void check_round_trip(const cluster_state& state) {
  const auto before = digest(state, digest_scope::everything);
  std::vector<snapshot_bytes> blocks;
  const auto encoded = encode_snapshot(state, [&](std::uint16_t type, std::span<const std::byte> bytes) {
    blocks.push_back({type, {bytes.begin(), bytes.end()}});
    return result<void>{};
  });
  must(encoded.ok(), "a state that was decoded can be encoded");
  const auto again = decode(blocks);
  must(again.ok(), "what was encoded can be decoded");
  must(digest(*again, digest_scope::everything) == before, "a state survives its snapshot");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  recipe given{data, size};
  const auto flags = given.number(1);
  std::string file{given.rest()};
  if ((flags & 1) == 0)
    repair_snapshot(file, (flags & 2) == 0);
  journal::simulated_storage disk{1};
  (void)disk.make_directory(folder);
  disk.set_content(path, file);
  {
    const memory_limit limit{(std::size_t{64} << 10) + reader_bytes_per_byte_max * file.size()};
    (void)read(disk, [](std::uint16_t, std::span<const std::byte>) { return result<void>{}; });
  }
  {
    const memory_limit limit{bytes_at_least + bytes_per_byte_max * file.size()};
    (void)decode_file(disk);
  }
  if (const auto state = decode_file(disk))
    check_round_trip(*state);
  else
    must(state.failure().what.find('\n') == std::string::npos, "an error is one line");
  return 0;
}
