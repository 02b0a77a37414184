// The single-lock tracker on the replacements of the same synthetic cluster. It gets them with all strings
// and owners looked up ahead, and writes nothing to a disk.

#include "bench/benches.hpp"
#include "bench/measure.hpp"
#include "bench/single_lock_tracker.hpp"
#include "bench/synthetic_cluster.hpp"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <memory>
#include <vector>

namespace tallyman::bench {

namespace {

using tracked_pod = std::shared_ptr<const single_lock_tracker::pod>;

struct operation {
  tracked_pod pod;
  bool removal = false;
};

/// Turns facts into what the tracker takes.
class translator {
public:
  explicit translator(const string_table& strings) : strings_(strings) {}

  std::vector<operation> translate(const feed& all) {
    std::vector<operation> operations;
    for (const auto& seen : all)
      for (const auto& each : seen.batch.facts)
        translate(seen.batch, each.body, operations);
    return operations;
  }

private:
  void translate(const fact_batch& batch, const fact_body& body, std::vector<operation>& out) {
    if (const auto* node = std::get_if<node_observed>(&body)) {
      architectures_[node->name] = node->architecture;
    } else if (const auto* workload = std::get_if<workload_observed>(&body)) {
      tops_[workload->id] = workload->controller.id;
    } else if (const auto* seen = std::get_if<pod_observed>(&body)) {
      out.push_back({pods_[seen->id] = pod_of(batch, *seen), false});
    } else if (const auto* gone = std::get_if<pod_gone>(&body)) {
      out.push_back({pods_[gone->id], true});
      pods_.erase(gone->id);
    }
  }

  tracked_pod pod_of(const fact_batch& batch, const pod_observed& seen) {
    const auto top = tops_.find(seen.controller.id);
    single_lock_tracker::pod made;
    made.id = to_string(seen.id, strings_);
    made.owner = to_string(top == tops_.end() ? seen.controller.id : top->second, strings_);
    made.architecture = strings_.text(architectures_[seen.node]);
    for (auto* c = batch.begin_of(seen.containers); c != batch.end_of(seen.containers); ++c)
      made.containers.push_back(
          {std::string{strings_.text(c->image)}, std::string{strings_.text(c->image_id)}});
    return std::make_shared<const single_lock_tracker::pod>(std::move(made));
  }

  const string_table& strings_;
  absl::flat_hash_map<string_id, string_id> architectures_;
  absl::flat_hash_map<uid, uid> tops_;
  absl::flat_hash_map<uid, tracked_pod> pods_;
};

/// Until all are done or the time is over. Returns how many were done.
std::size_t perform(const std::vector<operation>& operations, double seconds, single_lock_tracker& tracker) {
  const stopwatch since;
  std::size_t done = 0;
  for (const auto& each : operations) {
    if (each.removal)
      tracker.remove(*each.pod);
    else
      tracker.add(*each.pod);
    if (++done % 64 == 0 && since.elapsed().wall_s > seconds)
      break;
  }
  return done;
}

} // namespace

report run_single_lock(const bench_options& options) {
  string_table strings;
  synthetic_cluster made{options.shape, strings};
  translator translated{strings};
  single_lock_tracker tracker;
  constexpr double no_limit = 1e9;
  perform(translated.translate(made.cold_start()), no_limit, tracker);
  const auto operations = translated.translate(made.replacements(200'000));
  const stopwatch since;
  const auto count = static_cast<double>(perform(operations, options.seconds, tracker));
  const auto spent = since.elapsed();
  auto where = environment_of(options.directory, 1);
  where.sync_mode = "none";
  report done;
  done.add({"single-lock",
            fmt::format("replacements, {} pods", options.shape.pods),
            where,
            {{"events_per_s", count / spent.wall_s},
             {"replacements_per_s", count / 2 / spent.wall_s},
             {"cpu_ns_per_event", spent.cpu_s * 1e9 / count},
             {"images", static_cast<double>(tracker.image_count())}}});
  return done;
}

} // namespace tallyman::bench
