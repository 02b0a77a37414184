// How the cost of an event grows: one axis after the other, all else as given. Each point is a process of its
// own; replacements only.

#include "bench/benches.hpp"
#include "bench/child.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tallyman::bench {

namespace {

struct axis {
  const char* name;
  const char* option;
  const char* bench;
  const char* what; ///< line of that bench
  std::vector<std::uint32_t> values;
  std::vector<std::string> fixed; ///< options besides
};

std::vector<axis> axes() {
  const std::vector<std::string> many_workloads{"--images", "2000"};
  return {{"pods", "--pods", "engine", "replacements", {30'000, 60'000, 100'000, 150'000, 300'000}, {}},
          {"pods, no actors",
           "--pods",
           "state-machine",
           "replacements",
           {30'000, 60'000, 100'000, 150'000, 300'000},
           {}},
          {"images",
           "--images",
           "engine",
           "replacements",
           {100, 1'000, 5'000, 20'000, 100'000},
           {"--workloads", "125000"}},
          {"images, no actors",
           "--images",
           "state-machine",
           "replacements",
           {100, 1'000, 5'000, 20'000, 100'000},
           {"--workloads", "125000"}},
          {"workloads of 2,000 images",
           "--workloads",
           "engine",
           "replacements",
           {2'500, 10'000, 40'000, 120'000},
           many_workloads},
          {"facts a submission", "--batch", "engine", "replacements", {1, 10, 100, 1'000, 10'000}, {}},
          {"threads", "--threads", "engine", "replacements", {1, 2}, {}},
          {"clusters", "--clusters", "hub", "", {1, 4, 16, 64, 256}, {}}};
}

std::vector<std::string> arguments_of(const bench_options& options, const axis& along, std::uint32_t value) {
  const auto& shape = options.shape;
  std::vector<std::string> arguments{along.bench, "--dir", options.directory, "--seconds",
                                     fmt::format("{}", options.seconds)};
  const auto add = [&](const char* name, const std::string& text) {
    if (name != std::string{along.option} &&
        std::find(along.fixed.begin(), along.fixed.end(), name) == along.fixed.end())
      arguments.insert(arguments.end(), {name, text});
  };
  add("--threads", std::to_string(options.threads));
  add("--nodes", std::to_string(shape.nodes));
  add("--pods", std::to_string(shape.pods));
  add("--images", std::to_string(shape.images));
  add("--flow-mb", std::to_string(options.flow_mb));
  if (along.bench == std::string{"engine"})
    add("--phases", "replacements");
  arguments.insert(arguments.end(), along.fixed.begin(), along.fixed.end());
  arguments.insert(arguments.end(), {along.option, std::to_string(value)});
  return arguments;
}

} // namespace

report run_growth(const bench_options& options) {
  report done;
  for (const auto& along : axes())
    for (const auto value : along.values) {
      const auto line = run_child_line(arguments_of(options, along, value), along.what);
      const auto cost = line["cpu_ns_per_event"] > 0 ? line["cpu_ns_per_event"] : line["cpu_ns_per_fact"];
      done.add({"growth",
                along.name,
                line.where,
                {{"value", static_cast<double>(value)},
                 {"events_per_s", line["events_per_s"]},
                 {"cpu_ns_per_event", cost},
                 {"rss_mb", std::max(line["rss_mb"], line["rss_peak_mb"])}}});
    }
  return done;
}

} // namespace tallyman::bench
