#include "bench/synthetic_cluster.hpp"
#include "messages/well_known.hpp"
#include "tally/cluster_state.hpp"
#include "tally/snapshot/digest.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace tallyman;
using bench::cluster_shape;
using bench::feed;
using bench::synthetic_cluster;

namespace {

cluster_shape small_shape(std::uint64_t seed) {
  cluster_shape shape;
  shape.seed = seed;
  shape.nodes = 40;
  shape.pods = 2'000;
  shape.images = 300;
  shape.batch_facts = 64;
  return shape;
}

/// A synthetic cluster and the tally of what it shows, without actors and without a journal.
struct tallied_cluster {
  explicit tallied_cluster(const cluster_shape& shape) : made(shape, *strings), state(strings, 7) {
    take(made.cold_start());
  }

  void take(feed all) {
    for (auto& seen : all) {
      CHECK(seen.batch.facts.size() <= made.shape().batch_facts);
      for (const auto& list : seen.lists)
        state.incoming.begin_list(list.kind);
      fact_batch admitted;
      admitted.containers = seen.batch.containers;
      admitted.texts = seen.batch.texts;
      for (const auto& each : seen.batch.facts)
        if (state.incoming.admit(seen.batch, each) == intake::verdict::admitted)
          admitted.facts.push_back({++time_ms, each.body});
      journaled += admitted.facts.size();
      state.apply(admitted, state.sequence + 1);
    }
  }

  std::string digest() const { return tallyman::digest(state, digest_scope::everything); }

  std::shared_ptr<string_table> strings = std::make_shared<string_table>();
  synthetic_cluster made;
  cluster_state state;
  std::int64_t time_ms = 0;
  std::uint64_t journaled = 0;
};

using phase = std::pair<std::string, std::function<feed(synthetic_cluster&)>>;

std::vector<phase> all_phases() {
  return {{"status updates", [](auto& made) { return made.status_updates(3'000); }},
          {"replacements", [](auto& made) { return made.replacements(3'000); }},
          {"rolling deployments", [](auto& made) { return made.rolling_deployments(3'000); }},
          {"drains", [](auto& made) { return made.drains(3'000); }},
          {"an autoscaler wave", [](auto& made) { return made.autoscaler_wave(3'000); }},
          {"cron jobs", [](auto& made) { return made.cron_runs(3'000); }},
          {"scan results", [](auto& made) { return made.scan_results(3'000); }}};
}

std::string digest_of_life(std::uint64_t seed) {
  tallied_cluster cluster{small_shape(seed)};
  for (const auto& [name, next] : all_phases())
    cluster.take(next(cluster.made));
  return cluster.digest();
}

} // namespace

TEST_CASE("the same seed makes the same cluster and the same life, another seed another") {
  CHECK(digest_of_life(1) == digest_of_life(1));
  CHECK(digest_of_life(1) != digest_of_life(2));
}

TEST_CASE("a synthetic cluster has the size that was asked for") {
  const tallied_cluster cluster{small_shape(3)};
  const auto& shape = cluster.made.shape();
  CHECK(cluster.state.nodes.nodes().size() == shape.nodes);
  CHECK(cluster.state.placed.pods().size() == shape.pods);
  std::size_t live = 0, containers = 0;
  for (const auto& [id, pod] : cluster.state.placed.pods()) {
    CHECK(pod.owner_certain);
    CHECK(pod.runs_on.certain);
    containers += pod.containers.size();
  }
  for (image_index i = 0; i < cluster.state.placed.images().size(); ++i)
    live += cluster.state.placed.images()[i].live ? 1u : 0u;
  // A few are there once more, on the other architecture.
  CHECK(live >= shape.images);
  CHECK(live < shape.images + shape.images / 2);
  CHECK(containers > 18 * shape.pods / 10);
  CHECK(containers < 22 * shape.pods / 10);
}

TEST_CASE("every phase of a synthetic cluster leaves as many pods as it found, and is news") {
  const auto phases = all_phases();
  tallied_cluster cluster{small_shape(4)};
  for (const auto& [name, next] : phases) {
    INFO(name);
    const auto pods = cluster.state.placed.pods().size();
    const auto journaled = cluster.journaled;
    auto facts = next(cluster.made);
    const auto count = bench::facts_in(facts);
    CHECK(count > 2'000);
    CHECK(count < 6'000);
    cluster.take(std::move(facts));
    CHECK(cluster.state.placed.pods().size() == pods);
    const auto news = cluster.journaled - journaled;
    if (name == "status updates")
      CHECK(news < count / 8);
    else
      CHECK(news > count - count / 50); // a pod that is drained may have been terminating already
  }
}

TEST_CASE("a relist of a synthetic cluster shows what was replaced unseen") {
  auto shape = small_shape(5);
  shape.pods = 5'000;
  tallied_cluster cluster{shape};
  const auto before = cluster.journaled;
  const auto list = cluster.made.relist();
  CHECK(bench::facts_in(list) == shape.pods + 1);
  cluster.take(list);
  const auto unseen = cluster.journaled - before - 1;
  CHECK(unseen > 0);
  CHECK(unseen < 30);
  CHECK(cluster.state.incoming.end_list({well_known::pod}).size() == unseen);
}

TEST_CASE("the most popular image has a share of the pods as by Zipf's law") {
  const tallied_cluster cluster{small_shape(6)};
  std::size_t largest = 0;
  for (const auto& image : cluster.state.images)
    if (cluster.strings->text(image.key().name).find("service-2:") != std::string::npos)
      largest += image.pods().size();
  CHECK(largest > cluster.made.shape().pods / 20);
}
