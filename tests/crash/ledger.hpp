#pragma once

#include "journal/retention_limits.hpp"
#include "journal/support.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace tallyman::journal::testing {

/// What the lives of a process promised and asked for: the side of the oracle that no disk can lose.
struct ledger {
  std::uint64_t acknowledged = 0; ///< highest sequence that was reported durable
  std::uint64_t submitted = 0;    ///< highest sequence that was appended
};

/// Callbacks that enter what is acknowledged; `book` must outlive them.
log_callbacks entering(ledger& book);

/// The state of an application that applied events 1 to `sequence`: a checksum over all they say.
std::string state_after(std::uint64_t sequence);

/// Takes the snapshot of state_after(`sequence`).
result<void> take_state_snapshot(log& of, std::uint64_t sequence);

/// Rebuilds the application's state as a restart does, from the newest snapshot and the events behind it.
std::string restore_state(const log& from);

/// The oracle of every case. Recovers, and requires: what is there is an exact prefix of what was submitted
/// and contains all that was acknowledged; the state restored from snapshot and log is that of the prefix
/// replayed; a second recovery finds the same, and nothing to repair; what is appended then survives a power
/// loss and a third. Returns the last event of the prefix; the log is longer afterwards, and `book` says so.
std::uint64_t check_promises(simulated_storage& disk, ledger& book);

/// Opens the log and works on it in random steps until the disk stops, fails, or `steps` are done. History
/// beyond `keep` goes after each snapshot.
void live(simulated_storage& disk, std::uint64_t seed, std::mt19937_64& random, ledger& book, int steps,
          const retention_limits& keep = {});

} // namespace tallyman::journal::testing
