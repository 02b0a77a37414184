#pragma once

#include "actors/cluster.hpp"
#include "actors/system_config.hpp"
#include "model/random_cluster.hpp"
#include "tally/snapshot/digest.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace tallyman::testing {

/// A clock that moves on by a fixed step each time it is read, so that two runs see the same times. Its
/// copies are the same clock.
inline fact_sequencer::clock stepping_clock() {
  return [now = std::make_shared<std::int64_t>(1'600'000'000'000)] { return *now += 60'000; };
}

/// CAF needs its configuration to outlive the system.
struct test_system {
  explicit test_system(std::size_t threads) : config(threads), actors(config) {}

  system_config config;
  caf::actor_system actors;
};

inline cluster_options test_options() {
  cluster_options options;
  options.create = true;
  options.snapshot_every = 0;
  options.now = stepping_clock();
  return options;
}

inline std::unique_ptr<cluster> open(test_system& system, journal::storage& disk, const std::string& path,
                                     const cluster_options& options, const image_fault* faults = nullptr) {
  auto opened = cluster::open(system.actors, disk, path, options, faults);
  if (!opened)
    FAIL(opened.failure().what);
  return std::move(*opened);
}

/// The state that the same observations lead to without actors and without a journal.
class reference_cluster {
public:
  explicit reference_cluster(std::uint64_t scan_grace_ms)
      : scan_grace_ms_(scan_grace_ms), strings_(std::make_shared<string_table>()), state_(strings_),
        clock_(stepping_clock()), sequencer_(strings_, intake{*strings_, 0}, 0, 0, clock_) {
    submit_settings();
  }

  /// What a restart does: a list that was under way is not, and the settings are those of the start.
  void restart() {
    intake remembered{*strings_, 0};
    for (const auto& [id, object] : state_.incoming.objects())
      remembered.restore(id, object);
    state_.incoming.gone().for_each([&](const tombstones::entry& gone) {
      remembered.restore_tombstone(gone.id, gone.kind, gone.version);
    });
    for (const auto& [id, pod] : state_.placed.pods())
      remembered.restore_pod_name(id, pod.name_space, pod.name, !pod.controller.empty());
    for (const auto& [name, node] : state_.nodes.nodes())
      remembered.restore_node_name(node.id, name);
    sequencer_ = fact_sequencer{strings_, std::move(remembered), state_.sequence, state_.time_ms, clock_};
    if (state_.placed.images().grace_ms() != scan_grace_ms_)
      submit_settings();
  }

  string_table& strings() { return *strings_; }

  void submit(observations seen) {
    if (const auto work = sequencer_.admit(seen))
      state_.apply(work->batch, work->first_sequence);
    state_.incoming = sequencer_.state();
  }

  std::string digest() const { return tallyman::digest(state_, digest_scope::everything); }
  const cluster_state& state() const { return state_; }

private:
  void submit_settings() {
    observations settings;
    settings_changed change;
    change.scan_grace_ms = scan_grace_ms_;
    change.rules = tally_rules::second;
    change.followed = settings.batch.add_text(state_.workloads.followed());
    settings.batch.facts.push_back({0, change});
    submit(std::move(settings));
  }

  std::uint64_t scan_grace_ms_;
  std::shared_ptr<string_table> strings_;
  cluster_state state_;
  fact_sequencer::clock clock_;
  fact_sequencer sequencer_;
};

/// Feeds `steps` steps of the random cluster of `seed` to both.
inline void live_through(std::uint64_t seed, int steps, cluster& running, reference_cluster& reference) {
  random_cluster for_running{seed, running.strings()};
  random_cluster for_reference{seed, reference.strings()};
  for (int step = 0; step < steps; ++step) {
    if (const auto sent = running.submit(for_running.next()); !sent)
      throw std::runtime_error{sent.failure().what};
    reference.submit(for_reference.next());
  }
}

} // namespace tallyman::testing
