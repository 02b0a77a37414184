#include "crash/damage.hpp"

#include "crash/ledger.hpp"
#include "journal/format/checksum.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

result<std::unique_ptr<log>> start_as_a_program_does(simulated_storage& disk, const log_options& options) {
  auto opened = log::open(disk, directory, options);
  if (!opened)
    return opened;
  auto snapshot = (*opened)->newest_snapshot();
  if (!snapshot)
    return snapshot.failure();
  auto cursor = (*opened)->replay();
  if (!cursor)
    return cursor.failure();
  for (;;) {
    auto batch = cursor->next();
    if (!batch)
      return batch.failure();
    if (!*batch)
      break;
  }
  if (auto started = (*opened)->start({}); !started)
    return started.failure();
  return opened;
}

} // namespace

void make_log(simulated_storage& disk, int batches, bool proven) {
  auto log = start_log(disk, small_options());
  for (int i = 0; i < batches; ++i)
    append_durably(*log, 10);
  if (proven)
    REQUIRE(log->close());
  // Whatever the destructor still tries reaches the disk no more.
  disk.kill_process();
}

void make_untidy_log(simulated_storage& disk) {
  {
    auto log = start_log(disk, small_options());
    for (int i = 0; i < 30; ++i) {
      append_durably(*log, 10);
      if (i % 6 == 5)
        REQUIRE(take_state_snapshot(*log, log->durable_sequence()));
    }
    REQUIRE(log->append(run_of(301, 60)));
    disk.stop_at(2);
    CHECK_FALSE(log->step());
  }
  disk.power_loss(simulated_storage::loss::everything);
  const std::string path = newest_segment(disk);
  std::string segment = disk.content(path);
  segment.replace(batch_offsets(segment).back(), 100, 100, 'x');
  disk.set_content(path, segment);
  disk.set_content(directory + "/segments/spare-9", std::string(4 * block_bytes, '\0'));
  disk.set_content(directory + "/snapshots/" + "00000000000000000290.snap.tmp", "begun");
}

std::string flipped(std::string bytes, std::size_t at) {
  auto& byte = bytes.at(at);
  byte = static_cast<char>(byte ^ (1 << at % 8));
  return bytes;
}

std::vector<std::size_t> batch_offsets(const std::string& segment) {
  std::vector<std::size_t> found;
  std::size_t at = block_bytes;
  while (at < segment.size()) {
    const auto header = read_batch_header(segment.data() + at);
    found.push_back(at);
    if (!header)
      break;
    at += header->stored_bytes();
  }
  return found;
}

void forge(std::string& segment, std::size_t batch, std::size_t field, std::uint32_t value) {
  std::memcpy(segment.data() + batch + field, &value, sizeof value);
  const std::uint64_t sum = checksum({segment.data() + batch, 88});
  std::memcpy(segment.data() + batch + 88, &sum, sizeof sum);
}

void forge_block(std::string& file, std::size_t block, std::size_t field, std::uint64_t value,
                 std::size_t size) {
  constexpr std::size_t checksummed = block_bytes - sizeof(std::uint64_t);
  std::memcpy(file.data() + block + field, &value, size);
  const std::uint64_t sum = checksum({file.data() + block, checksummed});
  std::memcpy(file.data() + block + checksummed, &sum, sizeof sum);
}

result<std::unique_ptr<log>> start_or_leave_alone(simulated_storage& disk, const log_options& options) {
  const auto before = disk.image();
  auto started = start_as_a_program_does(disk, options);
  if (!started)
    REQUIRE((disk.image() == before));
  return started;
}

void check_refused(simulated_storage& disk, const std::string& path) {
  const auto started = start_or_leave_alone(disk);
  REQUIRE_FALSE(started);
  CHECK(started.failure().kind == error_kind::damaged);
  CHECK_THAT(started.failure().what, Catch::Contains(path));
}

batch_header next_header(const std::string& segment, std::uint64_t& previous_chain) {
  const auto offsets = batch_offsets(segment);
  REQUIRE(offsets.size() >= 2);
  batch_header header = *read_batch_header(segment.data() + offsets[offsets.size() - 2]);
  previous_chain = header.chain;
  header.offset = offsets.back();
  header.number += 1;
  header.first_sequence += header.event_count;
  header.durable_sequence = header.first_sequence - 1;
  header.event_count = 1;
  header.record_count = 1;
  return header;
}

void put_batch(std::string& segment, std::size_t at, batch_header header, std::uint64_t previous_chain) {
  const record_run run = [&] {
    record_run one;
    one.add_event(type_of(header.first_sequence), 1, "forged");
    return one;
  }();
  header.payload_bytes = static_cast<std::uint32_t>(run.bytes());
  std::string stored(header.stored_bytes(), '\0');
  stored.replace(batch_header_bytes, run.bytes(), run.encoded());
  seal_batch(reinterpret_cast<std::byte*>(stored.data()), header, previous_chain);
  segment.replace(at, stored.size(), stored);
}

} // namespace tallyman::journal::testing
