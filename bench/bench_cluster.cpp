#include "bench/bench_cluster.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace tallyman::bench {

scratch_directory::scratch_directory(const std::string& parent) : path_(parent + "/tallyman-bench-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr)
    throw bench_failure{parent + ": no folder can be made in it; give --dir a directory that can be written"};
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::unique_ptr<cluster> bench_host::open(const std::string& directory, const bench_options& options,
                                          bool fresh) {
  cluster_options wanted;
  wanted.create = fresh;
  wanted.snapshot_every = options.snapshot_every;
  wanted.flow_bytes_max = options.flow_mb << 20;
  return must(cluster::open(actors, disk, directory, wanted));
}

std::function<void()> journal_strings_of(cluster& to) {
  return [&to] {
    observations seen;
    // What defines a string is the first fact that needs it or a later one, so this one needs the latest.
    seen.batch.facts.push_back({0, bookmarked{string_id{to.strings().size() - 1}, {}}});
    must(to.submit(std::move(seen)));
    must(to.drain());
  };
}

void submit_all(cluster& to, feed all) {
  for (auto& each : all)
    must(to.submit(std::move(each)));
}

duration take(cluster& to, feed all) {
  const stopwatch since;
  submit_all(to, std::move(all));
  must(to.drain());
  return since.elapsed();
}

journal::journal_stat journal_figures(journal::storage& disk, const std::string& directory) {
  // Beside a writer only what the next batch proves durable is seen; the empty one comes after 20 ms.
  sleep_until_ns(monotonic_ns() + 60'000'000);
  return must(journal::stat(disk, directory));
}

} // namespace tallyman::bench
