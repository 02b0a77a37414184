// A journal directory: recovery, replay and verify. The input is a recipe for the files, see
// journal_recipe.hpp.

#include "fuzz/journal_recipe.hpp"
#include "fuzz/memory_limit.hpp"
#include "fuzz/target.hpp"
#include "journal/log.hpp"
#include "journal/log_seams.hpp"
#include "journal/verify.hpp"

#include <map>
#include <optional>

using namespace tallyman;
using namespace tallyman::journal;
using namespace tallyman::testing;
using journal_log = tallyman::journal::log; // not the logarithm

namespace {

// What a reader may hold: the segment's buffer, and the tail's, each at most as large as the file.
constexpr std::size_t bytes_per_byte_max = 3;
constexpr std::size_t bytes_at_least = std::size_t{64} << 10;

/// What was found in a log.
struct contents {
  std::uint64_t events = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t payload_bytes = 0;

  bool operator==(const contents&) const = default;
};

log_options options(bool read_only) {
  log_options chosen;
  chosen.read_only = read_only;
  const auto seams = std::make_shared<journal::log_seams>();
  seams->manual_steps = true;
  chosen.batch_bytes_max = 2 * block_bytes;
  chosen.segment_bytes = chosen.segment_bytes_first = 12 * block_bytes;
  chosen.buffer_bytes_max = 4 * block_bytes;
  seams->random = [next = std::uint64_t{1000}]() mutable { return ++next; };
  chosen.seams = seams;
  return chosen;
}

std::size_t total_bytes(const simulated_storage& disk) {
  std::size_t bytes = 0;
  for (const auto& path : disk.files())
    bytes += disk.content(path).size();
  return bytes;
}

std::map<std::string, std::string> everything(const simulated_storage& disk) {
  std::map<std::string, std::string> found;
  for (const auto& path : disk.files())
    found[path] = disk.content(path);
  return found;
}

/// All events, or nothing if the replay is refused.
std::optional<contents> replay(const journal_log& from) {
  auto cursor = from.replay({from.info().first_sequence});
  if (!cursor)
    return std::nullopt;
  contents found;
  found.last_sequence = from.info().first_sequence - 1;
  for (;;) {
    auto batch = cursor->next();
    if (!batch)
      return std::nullopt;
    if (!*batch)
      return found;
    for (const record& one : **batch) {
      found.payload_bytes += one.payload.size();
      if (one.definition)
        continue;
      must(one.sequence == found.last_sequence + 1, "sequences have no gap");
      found.last_sequence = one.sequence;
      ++found.events;
    }
  }
}

/// What a reader sees, if it is not refused.
std::optional<contents> look(simulated_storage& disk) {
  const auto opened = journal_log::open(disk, fuzzed_directory, options(true));
  if (!opened)
    return std::nullopt;
  const auto found = replay(**opened);
  must(!found || found->last_sequence == (*opened)->info().last_sequence, "a log ends where it says");
  return found;
}

void check_sound(simulated_storage& disk, const std::optional<contents>& seen) {
  std::optional<contents> found;
  {
    const auto opened = journal_log::open(disk, fuzzed_directory, options(false));
    must(opened.ok(), "what recovery has taken it takes again");
    must((*opened)->info().recovery.what == recovery_report::outcome::clean,
         "a second recovery finds all clean");
    found = replay(**opened);
    must(found == seen, "recovery keeps what a reader saw, and again");
    if (!found)
      return;
    auto& log = **opened;
    must(log.start({}).ok(), "a recovered log can be started");
    record_run run;
    run.add_event(1, 2, "appended");
    if (const auto appended = log.append_durably(run); !appended) {
      // The one thing that a writer never leaves behind and a forger may.
      must(appended.failure().what.find("is full and holds no event") != std::string::npos,
           "a recovered log takes events");
      return;
    }
    must(log.close().ok(), "a recovered log can be closed");
  }
  const auto after = look(disk);
  must(after && after->events == found->events + 1, "what was appended after a recovery is there");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  simulated_storage disk{1};
  recipe given{data, size};
  build_journal(disk, given);
  const auto before = everything(disk);
  std::optional<contents> seen;
  {
    const memory_limit limit{bytes_at_least + bytes_per_byte_max * total_bytes(disk)};
    (void)verify(disk, fuzzed_directory);
    (void)stat(disk, fuzzed_directory);
    seen = look(disk);
  }
  must(everything(disk) == before, "a reader changes nothing");
  {
    const auto opened = journal_log::open(disk, fuzzed_directory, options(false));
    if (!opened) {
      must(opened.failure().what.find('\n') == std::string::npos, "an error is one line");
      must(everything(disk) == before, "a refusal changes nothing");
      must(!seen, "what a reader takes recovery takes too");
      return 0;
    }
    must(replay(**opened) == seen, "recovery keeps what a reader saw");
    must(everything(disk) == before, "nothing is repaired before all was read");
    if (!seen)
      return 0;
    must((*opened)->start({}).ok(), "a log that was replayed to its end can be started");
  }
  disk.power_loss(simulated_storage::loss::everything);
  check_sound(disk, seen);
  return 0;
}
