#include "messages/wire/snapshot.pb.h"
#include "tally/blocks.hpp"
#include "tally/full_cluster.hpp"
#include "tally/snapshot/digest.hpp"
#include "tally/snapshot/snapshot_codec.hpp"
#include "tally/tracked_cluster.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

/// Changes the first block of a type as `change` says, and decodes.
template <class Message, class Change>
result<cluster_state> decode_changed(const cluster_state& state, snapshot_section type, Change change) {
  auto blocks = encode(state);
  for (auto& block : blocks)
    if (block.type == static_cast<std::uint16_t>(type)) {
      Message message;
      message.ParseFromArray(block.bytes.data(), static_cast<int>(block.bytes.size()));
      change(message);
      const auto text = message.SerializeAsString();
      const auto bytes = std::as_bytes(std::span{text});
      block.bytes.assign(bytes.begin(), bytes.end());
      break;
    }
  return decode(blocks);
}

tracked_cluster small_cluster() {
  tracked_cluster cluster;
  cluster.see(node("n"));
  cluster.see(workload("ReplicaSet", "web-1", controller("Deployment", "web")));
  cluster.see(pod("a", controller("ReplicaSet", "web-1")));
  cluster.see(pod("b", controller("Job", "late", "batch/v1"), {running("app:2"), running("app:1")}));
  cluster.scan(scan_outcome::succeeded);
  cluster.gone(pod("c"));
  return cluster;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

TEST_CASE("an empty state survives a snapshot") {
  const cluster_state empty{std::make_shared<string_table>(), 5};
  const auto restored = decode(encode(empty));
  REQUIRE(restored.ok());
  CHECK(restored->incoming.seed() == 5);
  CHECK(digest(*restored, digest_scope::everything) == digest(empty, digest_scope::everything));
}

TEST_CASE("a snapshot keeps the ids of its strings, so that the journal's records still mean the same") {
  const auto cluster = small_cluster();
  const auto restored = decode(encode(cluster.state));
  REQUIRE(restored.ok());
  REQUIRE(restored->strings->size() == cluster.strings->size());
  for (std::uint32_t i = 0; i < cluster.strings->size(); ++i)
    CHECK(restored->strings->text(string_id{i}) == cluster.strings->text(string_id{i}));
}

TEST_CASE("an image that is rebuilt from a snapshot finds its owners under their live numbers") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  for (const auto* name : {"a", "b", "c", "d"})
    cluster.see(pod(name, controller("CloneSet", fmt::format("set-{}", name)), {running(name)}));
  cluster.gone(pod("a"));
  cluster.gone(pod("c"));
  const auto restored = decode(encode(cluster.state));
  REQUIRE(restored.ok());
  for (const auto& [id, live] : cluster.state.placed.pods()) {
    CHECK(restored->placed.pods().at(id).owner == live.owner);
    CHECK(restored->placed.owners()[live.owner] == cluster.state.placed.owners()[live.owner]);
  }
  CHECK_FALSE(restored->placed.owners().is_held(0));
}

TEST_CASE("no block of a snapshot is much larger than its bound, and large states need several") {
  const auto state = make_cluster({100, 500, 500, 6'000});
  std::size_t pods = 0;
  for (const auto& block : encode(state)) {
    CHECK(block.bytes.size() < snapshot_block_bytes * 4 / 3);
    pods += block.type == static_cast<std::uint16_t>(snapshot_section::pods) ? 1 : 0;
  }
  CHECK(pods > 1);
}

TEST_CASE("a name that a scan finds after a restart is known as scanned") {
  auto cluster = small_cluster();
  auto restored = decode(encode(cluster.state));
  REQUIRE(restored.ok());
  cluster.strings = restored->strings;
  cluster.writer = fact_writer{*cluster.strings};
  cluster.state = std::move(*restored);
  cluster.see(pod("d", {}, {running("app:latest")}));
  CHECK(cluster.image("app:latest").scan().scanned);
}

TEST_CASE("a pod that waits keeps waiting across a restart") {
  auto cluster = small_cluster();
  auto late = pod("e", {}, {running("app:9", "sha256:9")});
  late.node = "late-node";
  cluster.see(late);
  auto restored = decode(encode(cluster.state));
  REQUIRE(restored.ok());
  cluster.strings = restored->strings;
  cluster.writer = fact_writer{*cluster.strings};
  cluster.state = std::move(*restored);
  cluster.see(workload("Job", "late", controller("CronJob", "nightly", "batch/v1"), "batch/v1"));
  cluster.see(node("late-node", "s390x"));
  CHECK(cluster.owners(cluster.image("app:2")) == keys{"CronJob shop/nightly 1"});
  CHECK(cluster.knows("app:9", "sha256:9", "s390x"));
}

TEST_CASE("a snapshot whose parts contradict each other is refused") {
  const auto cluster = small_cluster();
  const auto& state = cluster.state;
  const auto refused = [](const result<cluster_state>& decoded) {
    return !decoded.ok() && decoded.failure().kind == error_kind::damaged;
  };
  const auto with_pods = [&](auto change) {
    return refused(decode_changed<pb::SnapshotPods>(state, snapshot_section::pods, change));
  };
  const auto with_images = [&](auto change) {
    return refused(decode_changed<pb::SnapshotImages>(state, snapshot_section::images, change));
  };
  const auto with_header = [&](auto change) {
    return refused(decode_changed<pb::SnapshotHeader>(state, snapshot_section::header, change));
  };
  CHECK_FALSE(with_pods([](auto&) {}));
  CHECK(with_pods([](auto& p) { p.set_placed_image(0, 99); }));
  CHECK(with_pods([](auto& p) { p.set_owner(0, 99); }));
  CHECK(with_pods([](auto& p) { p.set_state(0, 7); }));
  CHECK(with_pods([](auto& p) { p.set_images(0, 1'000'000'000); }));
  CHECK(with_pods([](auto& p) { p.set_node_id(0, 1'000'000); }));
  CHECK(with_pods([](auto& p) { p.set_placed_image(1, p.placed_image(2)); }));
  CHECK(with_pods([](auto& p) { p.set_owner(1, p.owner(0)); }));
  CHECK(with_pods([](auto& p) { p.set_state(0, p.state(0) & ~8u); }));
  CHECK(with_pods([](auto& p) { p.set_name_length(0, 4'000'000'000); }));
  CHECK(with_pods([](auto& p) { p.mutable_texts()->push_back('x'); }));
  CHECK(with_pods([](auto& p) { p.mutable_uid_low()->RemoveLast(); }));
  const auto with_owners = [&](auto change) {
    return refused(decode_changed<pb::SnapshotOwners>(state, snapshot_section::owners, change));
  };
  CHECK_FALSE(with_owners([](auto&) {}));
  CHECK(with_owners([](auto& p) { p.set_number(p.number_size() - 1, 4'000'000'000); }));
  CHECK(with_owners([](auto& p) { p.set_number(1, p.number(0)); }));
  CHECK(with_owners([](auto& p) { p.set_uid_low(1, p.uid_low(0)); }));
  CHECK(with_images([](auto& p) { p.set_pods(0, p.pods(0) + 1); }));
  CHECK(with_images([](auto& p) { p.set_owners(0, p.owners(0) + 1); }));
  CHECK(with_images([](auto& p) { p.set_scan_flags(0, 0); }));
  CHECK(with_images([](auto& p) { p.set_name_id(1, p.name_id(0)); }));
  CHECK(with_images([](auto& p) { p.set_acknowledged_version(0, 1'000); }));
  CHECK(with_header([](auto& p) { p.set_pods(p.pods() + 1); }));
  CHECK(with_header([](auto& p) { p.set_strings(p.strings() - 1); }));
  CHECK(with_header([](auto& p) { p.set_tombstones(0); }));
}

TEST_CASE("a decoder that has refused a block goes on refusing") {
  const auto blocks = encode(small_cluster().state);
  snapshot_decoder decoder;
  REQUIRE_FALSE(decoder.block(blocks[1].type, blocks[1].bytes).ok());
  CHECK_FALSE(decoder.block(blocks[0].type, blocks[0].bytes).ok());
  const auto end = decoder.finish();
  REQUIRE_FALSE(end.ok());
  CHECK(end.failure().what.find('\n') == std::string::npos);
  CHECK_FALSE(decode({}).ok());
}

TEST_CASE("a sink that fails ends the encoding with its error") {
  int calls = 0;
  const auto done = encode_snapshot(small_cluster().state, [&](std::uint16_t, std::span<const std::byte>) {
    return ++calls < 3 ? result<void>{} : result<void>{error{error_kind::io, "the disk is full"}};
  });
  REQUIRE_FALSE(done.ok());
  CHECK(done.failure().what == "the disk is full");
  CHECK(calls == 3);
}

TEST_CASE("a state whose images and placements contradict each other is not written") {
  auto cluster = small_cluster();
  cluster.state.images[0] = image_state{cluster.state.images[0].key()};
  const auto done = encode_snapshot(cluster.state, [](auto, auto) { return result<void>{}; });
  REQUIRE_FALSE(done.ok());
  CHECK(done.failure().kind == error_kind::damaged);
}

// Takes a while; run by name. The bounds are for an optimised build.
TEST_CASE("a full cluster is encoded within a second and loaded within half a one", "[.full]") {
  const auto state = make_cluster({});
  auto start = std::chrono::steady_clock::now();
  const auto blocks = encode(state);
  const auto encoding = seconds_since(start);
  start = std::chrono::steady_clock::now();
  const auto restored = decode(blocks);
  const auto loading = seconds_since(start);
  start = std::chrono::steady_clock::now();
  const auto before = digest(state, digest_scope::everything);
  const auto digesting = seconds_since(start);
  std::size_t bytes = 0;
  for (const auto& block : blocks)
    bytes += block.bytes.size();
  WARN("encoded in " << encoding << " s, loaded in " << loading << " s, digest in " << digesting << " s, "
                     << bytes << " bytes in " << blocks.size() << " blocks");
  REQUIRE(restored.ok());
  CHECK(digest(*restored, digest_scope::everything) == before);
  CHECK(encoding < 1.0);
  CHECK(loading < 0.5);
}

TEST_CASE("a snapshot of the first release, whose positions have no apiVersion, is read") {
  auto cluster = small_cluster();
  fact_batch batch;
  const auto version = batch.add_text("77");
  cluster.take(std::move(batch), bookmarked{cluster.id("Pod"), version, cluster.id("v1")});
  const auto restored = decode_changed<pb::SnapshotPositions>(
      cluster.state, snapshot_section::positions, [](auto& block) { block.clear_api_version_id(); });
  REQUIRE(restored.ok());
  CHECK(restored->positions.by_kind().at({cluster.id("Pod")}).resource_version == "77");
  CHECK_FALSE(
      decode_changed<pb::SnapshotPositions>(cluster.state, snapshot_section::positions, [](auto& block) {
        block.add_api_version_id(0);
      }).ok());
}
