// Every bench in turn. The short form is for seeing that all of them work, and for a first look: its cluster
// fits the caches of the processor better than a full one.

#include "bench/benches.hpp"
#include "bench/child.hpp"

#include <fmt/format.h>

namespace tallyman::bench {

report run_all(const bench_options& options) {
  std::vector<std::string> common{"--dir", options.directory, "--threads", std::to_string(options.threads)};
  const auto add = [&](const char* name, const auto& value) {
    common.insert(common.end(), {name, fmt::format("{}", value)});
  };
  const auto& shape = options.shape;
  add("--seconds", options.short_form ? 0.5 : options.seconds);
  add("--nodes", options.short_form ? 700 : shape.nodes);
  add("--pods", options.short_form ? 20'000 : shape.pods);
  add("--images", options.short_form ? 2'700 : shape.images);
  add("--clusters", options.short_form ? 16 : options.clusters);
  report done;
  for (const auto* name :
       {"engine", "hub", "latency", "state-machine", "single-lock", "removal", "recovery", "snapshot"}) {
    auto arguments = common;
    arguments.insert(arguments.begin(), name);
    for (auto& line : run_child(arguments))
      done.add(std::move(line));
  }
  return done;
}

} // namespace tallyman::bench
