#pragma once

#include "actors/cluster.hpp"
#include "actors/system_config.hpp"
#include "bench/benches.hpp"
#include "bench/feed.hpp"
#include "bench/measure.hpp"
#include "journal/disk_storage.hpp"
#include "journal/verify.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <string>

namespace tallyman::bench {

/// A folder of its own in a directory, removed with all its content at the end.
class scratch_directory {
public:
  explicit scratch_directory(const std::string& parent);
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

/// Actors and a disk for clusters to run on. Uses as many cores as it has scheduler workers.
struct bench_host {
  explicit bench_host(unsigned threads) : config((use_cores(threads), threads)), actors(config) {}

  /// Makes or opens the journal in `directory`.
  std::unique_ptr<cluster> open(const std::string& directory, const bench_options& options,
                                bool fresh = true);

  system_config config;
  caf::actor_system actors;
  journal::disk_storage disk;
};

/// For `synthetic_cluster`: hands a fact in, so that the strings so far are journaled.
std::function<void()> journal_strings_of(cluster& to);

/// Hands `all` in, one submission after the other.
void submit_all(cluster& to, feed all);

/// Hands `all` in and waits until it is durable and applied. Returns how long that took.
duration take(cluster& to, feed all);

/// What a journal holds, counted from its batch headers. Waits for the writer to have been idle.
journal::journal_stat journal_figures(journal::storage& disk, const std::string& directory);

} // namespace tallyman::bench
