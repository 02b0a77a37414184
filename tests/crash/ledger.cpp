#include "crash/ledger.hpp"

#include "journal/format/checksum.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

constexpr std::uint16_t state_block = 1;
constexpr std::uint64_t appended_by_oracle = 7;

/// States are asked for again and again, so all of them are kept.
const std::string& state_of(std::uint64_t sequence) {
  static std::vector<std::string> states{"nothing happened yet"};
  while (states.size() <= sequence) {
    const std::uint64_t next = states.size();
    states.push_back(std::to_string(next) + ":" +
                     std::to_string(checksum(states.back() + payload_of(next), type_of(next))));
  }
  return states[sequence];
}

recovery_report::outcome recover_and_check(simulated_storage& disk, std::uint64_t& last) {
  auto log = open_log(disk, small_options());
  // Where history was given up, the log can be replayed from the first state that can still be built.
  last = check_replay(*log, log->info().history_sequence + 1);
  REQUIRE(log->info().last_sequence == last);
  REQUIRE((log->info().first_sequence == 1) == (log->info().history_sequence == 0));
  REQUIRE(log->info().snapshot_sequence <= last);
  REQUIRE(restore_state(*log) == state_after(last));
  REQUIRE(log->start({}));
  return log->info().recovery.what;
}

} // namespace

log_callbacks entering(ledger& book) {
  log_callbacks callbacks;
  callbacks.on_durable = [&book](std::uint64_t sequence) { book.acknowledged = sequence; };
  return callbacks;
}

std::string state_after(std::uint64_t sequence) {
  return state_of(sequence);
}

result<void> take_state_snapshot(log& of, std::uint64_t sequence) {
  auto snapshot = of.begin_snapshot(sequence);
  if (!snapshot)
    return snapshot.failure();
  if (auto added = (*snapshot)->add_block(state_block, state_after(sequence)); !added)
    return added;
  return (*snapshot)->commit();
}

std::string restore_state(const log& from) {
  std::string state = state_after(0);
  std::uint64_t at = 0;
  auto snapshot = from.newest_snapshot();
  REQUIRE(snapshot);
  if (*snapshot) {
    auto block = (*snapshot)->next();
    REQUIRE((block && *block));
    state = (*block)->bytes;
    at = (*snapshot)->sequence();
  }
  auto cursor = from.replay({at + 1});
  REQUIRE(cursor);
  for (;;) {
    auto batch = cursor->next();
    REQUIRE(batch);
    if (!*batch)
      return state;
    for (const record& one : **batch) {
      if (one.definition)
        continue;
      state =
          std::to_string(++at) + ":" + std::to_string(checksum(state + std::string(one.payload), one.type));
    }
  }
}

std::uint64_t check_promises(simulated_storage& disk, ledger& book) {
  std::uint64_t last = 0;
  recover_and_check(disk, last);
  REQUIRE(last >= book.acknowledged);
  REQUIRE(last <= book.submitted);
  disk.kill_process();
  std::uint64_t again = 0;
  REQUIRE(recover_and_check(disk, again) == recovery_report::outcome::clean);
  REQUIRE(again == last);
  append_durably(*start_log(disk, small_options(last + 1)), appended_by_oracle);
  disk.power_loss(simulated_storage::loss::everything);
  recover_and_check(disk, again);
  REQUIRE(again == last + appended_by_oracle);
  book = {again, again};
  return last;
}

void live(simulated_storage& disk, std::uint64_t seed, std::mt19937_64& random, ledger& book, int steps,
          const retention_limits& keep) {
  auto options = small_options(seed + random());
  options.keep = keep;
  auto opened = log::open(disk, directory, options);
  if (!opened || !(*opened)->start(entering(book)))
    return;
  book.submitted = (*opened)->next_sequence() - 1;
  for (int step = 0; step < steps && !disk.stopped(); ++step) {
    const std::uint64_t count = random() % 30 + 1;
    book.submitted += count;
    if (!(*opened)->append(run_of(book.submitted - count + 1, count)))
      return;
    if (random() % 3 == 0 && !(*opened)->step())
      return;
    if (random() % 10 == 0 && book.acknowledged != 0)
      (void)take_state_snapshot(**opened, random() % book.acknowledged + 1);
  }
}

} // namespace tallyman::journal::testing
