#include "journal/recovery/log_end.hpp"

#include "journal/format/failure.hpp"
#include "journal/storage/quarantine.hpp"

#include <vector>

namespace tallyman::journal {

namespace {

/// A writer finishes a batch in milliseconds; damage stays.
constexpr int attempts_beside_writer = 5;

/// Moves over sound batches and returns what is behind them.
result<scan_step> walk_to_end(segment_reader& reader, log_end& end) {
  for (;;) {
    auto step = reader.next();
    if (!step || step->found != scan_step::kind::batch)
      return step;
    end.last_batch_first_sequence = step->header.first_sequence;
  }
}

error refused(const segment_entry& newest, const tail_report& tail) {
  return damage_at(newest.path, tail.offset, tail.reason + "; nothing was changed, see salvage");
}

result<std::vector<char>> read_tail(file& from, const tail_report& tail) {
  std::vector<char> bytes(tail.bytes);
  auto got = from.read_at(tail.offset, bytes.data(), bytes.size());
  if (!got)
    return got.failure();
  if (*got != bytes.size())
    return damage_at(from.path(), tail.offset + *got, "the segment became shorter");
  return bytes;
}

result<std::string> copy_to_quarantine(storage& disk, const std::string& directory,
                                       const segment_entry& newest, const tail_report& tail,
                                       std::string_view bytes) {
  const std::string folder = directory + "/quarantine";
  const std::string name = newest.path.substr(newest.path.find_last_of('/') + 1);
  auto path = quarantine_path(disk, directory, name + "." + std::to_string(tail.offset));
  if (!path)
    return path;
  auto copy = disk.open(*path, open_mode::create);
  if (!copy)
    return copy.failure();
  if (auto written = (*copy)->write_at(0, bytes); !written)
    return written.failure();
  if (auto synced = (*copy)->sync(); !synced)
    return synced.failure();
  if (auto synced = disk.sync_directory(folder); !synced)
    return synced.failure();
  return path;
}

} // namespace

result<log_end> find_end(storage& disk, const segment_entry& newest) {
  auto reader = segment_reader::open(disk, newest);
  if (!reader)
    return reader.failure();
  log_end end;
  end.last_batch_first_sequence = newest.header.first_sequence;
  auto step = walk_to_end(*reader, end);
  if (!step)
    return step.failure();
  auto tail = examine_tail(*reader, *step);
  if (!tail)
    return tail.failure();
  if (tail->found == tail_report::kind::damaged)
    return refused(newest, *tail);
  end.position = reader->position();
  end.tail = *tail;
  return end;
}

result<log_end> find_end_beside_writer(storage& disk, const segment_entry& newest) {
  auto reader = segment_reader::open(disk, newest);
  if (!reader)
    return reader.failure();
  log_end end;
  end.last_batch_first_sequence = newest.header.first_sequence;
  for (int attempt = 1;; ++attempt) {
    const std::uint64_t before = reader->position().next_batch;
    auto step = walk_to_end(*reader, end);
    if (!step)
      return step.failure();
    if (reader->position().next_batch != before)
      attempt = 1;
    end.position = reader->position();
    if (step->found == scan_step::kind::end)
      return end;
    auto tail = examine_tail(*reader, *step);
    if (!tail)
      return tail.failure();
    if (tail->found != tail_report::kind::damaged)
      return end;
    if (attempt == attempts_beside_writer)
      return refused(newest, *tail);
    reader->reload();
  }
}

result<std::string> quarantine_tail(storage& disk, const std::string& directory, const segment_entry& newest,
                                    const tail_report& tail) {
  auto segment = disk.open(newest.path, open_mode::read_write);
  if (!segment)
    return segment.failure();
  auto bytes = read_tail(**segment, tail);
  if (!bytes)
    return bytes.failure();
  auto path = copy_to_quarantine(disk, directory, newest, tail, {bytes->data(), bytes->size()});
  if (!path)
    return path;
  const std::vector<char> zeros(tail.bytes);
  if (auto written = (*segment)->write_at(tail.offset, {zeros.data(), zeros.size()}); !written)
    return written.failure();
  if (auto synced = (*segment)->sync(); !synced)
    return synced.failure();
  if (auto forgotten = (*segment)->forget_cache(); !forgotten)
    return forgotten.failure();
  auto again = find_end(disk, newest);
  if (!again)
    return again.failure();
  if (again->tail.found != tail_report::kind::clean || again->position.offset != tail.offset)
    return damage_at(newest.path, tail.offset, "the disk did not keep the zeros written over a torn batch");
  return path;
}

} // namespace tallyman::journal
