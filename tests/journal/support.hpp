#pragma once

#include "journal/log.hpp"
#include "support/simulated_storage.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tallyman::journal::testing {

inline const std::string directory = "/journal";

/// Tiny segments and batches, written by step(), with fixed "random" numbers.
log_options small_options(std::uint64_t seed = 1);

/// The same for a reader.
log_options reading();

/// What event `sequence` holds: known to writer and reader alike. Lengths vary between 0 and some hundred.
std::string payload_of(std::uint64_t sequence);

/// Whether a definition stands in front of event `sequence`.
bool has_definition(std::uint64_t sequence);
std::string definition_of(std::uint64_t sequence);

std::uint8_t type_of(std::uint64_t sequence);
std::int64_t time_of(std::uint64_t sequence);

/// A run of the events [first, first + count), with their definitions.
record_run run_of(std::uint64_t first, std::uint64_t count);

/// Opens a log and requires success.
std::unique_ptr<log> open_log(storage& disk, const log_options& options);

/// Opens, starts, and requires success.
std::unique_ptr<log> start_log(storage& disk, const log_options& options, log_callbacks callbacks = {});

/// Reads the log from `from` on, requires that every record is what the functions above say, without a gap,
/// and returns the last sequence (from - 1 if there is none).
std::uint64_t check_replay(const log& from_log, std::uint64_t from = 1);

/// Appends `count` events behind those that are there and requires that they are durable.
void append_durably(log& to, std::uint64_t count);

/// Takes the snapshot of the state after event `sequence`, with one block that says so, and requires success.
void take_snapshot(log& of, std::uint64_t sequence);

/// Its path.
std::string snapshot_file(std::uint64_t sequence);

/// The newest segment's path on a simulated disk.
std::string newest_segment(const simulated_storage& disk);

/// All segments' paths, ascending.
std::vector<std::string> segment_paths(const simulated_storage& disk);

/// A temporary directory on the real disk, removed with everything in it.
class temporary_directory {
public:
  temporary_directory();
  ~temporary_directory();
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

} // namespace tallyman::journal::testing
