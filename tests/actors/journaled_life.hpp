#pragma once

#include "journal/log_seams.hpp"
#include "model/feed.hpp"
#include "model/random_cluster.hpp"
#include "model/streams.hpp"
#include "replay/fact_journal.hpp"
#include "replay/snapshots.hpp"
#include "support/simulated_storage.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tallyman::testing {

/// The random life of a cluster in a journal on a simulated disk, with snapshots here and there, and its
/// facts one by one.
class journaled_life {
public:
  /// Gives up history beyond `keep` after each snapshot, if that says so.
  journaled_life(std::uint64_t seed, int steps, const journal::retention_limits& keep = {})
      : random_(seed), disk_(seed), state_(strings_, seed) {
    auto writing = options(seed);
    writing.keep = keep;
    const auto log = open(disk_, writing);
    check(log->start({}));
    tallyman::fact_writer writer{*strings_, strings_->size()};
    random_cluster cluster{seed, *strings_};
    fact_batch settings;
    settings_changed second_rules;
    second_rules.scan_grace_ms = state_.placed.images().grace_ms();
    second_rules.rules = tally_rules::second;
    settings.facts.push_back({1'600'000'000'000, second_rules});
    take(settings, writer, *log);
    for (int step = 0; step < steps; ++step) {
      take(admit(state_.incoming, cluster.next()), writer, *log);
      if (state_.sequence != 0 && random_.percent(5))
        snapshot(*log);
    }
    check(log->close());
    auto reading = options(seed);
    reading.create_if_missing = false;
    reading.read_only = true;
    log_ = open(disk_, reading);
  }

  const journal::log& log() const { return *log_; }
  const std::shared_ptr<string_table>& strings() const { return strings_; }
  /// Fact of sequence i + 1, alone in its batch.
  const std::vector<fact_batch>& facts() const { return facts_; }
  /// Sequences, ascending; all that were written.
  const std::vector<std::uint64_t>& snapshots() const { return snapshots_; }
  random_source& random() { return random_; }

private:
  static journal::log_options options(std::uint64_t seed) {
    journal::log_options wanted;
    wanted.create_if_missing = true;
    const auto seams = std::make_shared<journal::log_seams>();
    seams->manual_steps = true;
    wanted.batch_bytes_max = 4 * journal::block_bytes;
    wanted.segment_bytes_first = 12 * journal::block_bytes;
    wanted.segment_bytes = 16 * journal::block_bytes;
    wanted.buffer_bytes_max = 4 * wanted.batch_bytes_max;
    seams->random = [numbers = random_source{seed}]() mutable { return numbers.next() | 1; };
    wanted.seams = seams;
    return wanted;
  }

  static void check(const result<void>& done) {
    if (!done)
      throw std::runtime_error{done.failure().what};
  }

  static std::unique_ptr<journal::log> open(journal::storage& disk, const journal::log_options& wanted) {
    auto opened = journal::log::open(disk, "/journal", wanted);
    if (!opened)
      throw std::runtime_error{opened.failure().what};
    return std::move(*opened);
  }

  void take(const fact_batch& admitted, tallyman::fact_writer& writer, journal::log& log) {
    if (admitted.facts.empty())
      return;
    check(log.append(writer.encode(admitted)).ok() ? log.flush()
                                                   : error{error_kind::io, "the log took no more"});
    defined_ = writer.defined();
    for (std::size_t i = 0; i < admitted.facts.size(); ++i) {
      facts_.push_back(part_of(admitted, i, i + 1));
      apply(state_, facts_.back());
    }
  }

  void snapshot(journal::log& log) {
    state_.defined_strings = defined_;
    check(write_snapshot(log, state_));
    snapshots_.push_back(state_.sequence);
  }

  random_source random_;
  journal::simulated_storage disk_;
  std::shared_ptr<string_table> strings_ = std::make_shared<string_table>();
  cluster_state state_;
  std::uint32_t defined_ = 0;
  std::vector<fact_batch> facts_;
  std::vector<std::uint64_t> snapshots_;
  std::unique_ptr<journal::log> log_;
};

} // namespace tallyman::testing
