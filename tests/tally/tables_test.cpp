#include "tally/image_directory.hpp"
#include "tally/owner_table.hpp"
#include "tally/tracked_cluster.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::testing;

TEST_CASE("an owner's number is given anew only when its last holder has let go") {
  owner_table owners;
  const auto first = owners.hold({1, 1}, string_id{1}, {}, {}, "web");
  CHECK(owners.hold({1, 1}, string_id{1}, {}, {}, "web") == first);
  owners.release(first, {});
  CHECK(owners.is_held(first));
  CHECK(owners.hold({2, 2}, string_id{1}, {}, {}, "other") != first);
  owners.release(first, {});
  CHECK_FALSE(owners.is_held(first));
  CHECK(owners.hold({3, 3}, string_id{1}, {}, {}, "third") == first);
  CHECK(owners[first].name == "third");
}

TEST_CASE("a forgotten image's number means nothing else within the same batch") {
  string_table strings;
  strings.intern("the fifth");
  image_directory images{strings};
  images.set_grace_ms(10);
  const auto first = images.gain_pod({string_id{1}, string_id{2}, string_id{3}}).index;
  images.lose_pod(first, 100);
  CHECK_FALSE(images.take_forgotten(109).has_value());
  CHECK(images.take_forgotten(110) == first);
  CHECK_FALSE(images.take_forgotten(110).has_value());
  const image_key other{string_id{4}, string_id{2}, string_id{3}};
  CHECK(images.gain_pod(other).index != first);
  images.recycle();
  CHECK(images.gain_pod({string_id{5}, string_id{2}, string_id{3}}).index == first);
}

TEST_CASE("idle images are forgotten oldest first, those that came back not at all") {
  string_table strings;
  strings.intern("the fifth");
  image_directory images{strings};
  images.set_grace_ms(10);
  std::vector<image_index> numbers;
  for (std::uint32_t i = 1; i <= 5; ++i)
    numbers.push_back(images.gain_pod({string_id{i}, {}, {}}).index);
  for (const auto i : {2u, 0u, 4u, 1u, 3u})
    images.lose_pod(numbers[i], 100 + i % 2);
  images.gain_pod({string_id{5}, {}, {}}); // from the middle
  images.gain_pod({string_id{3}, {}, {}}); // the first
  images.gain_pod({string_id{4}, {}, {}}); // the last
  CHECK(images.take_forgotten(200) == numbers[0]);
  CHECK(images.take_forgotten(200) == numbers[1]);
  CHECK_FALSE(images.take_forgotten(200).has_value());
}

TEST_CASE("an identity is known while one of its names is") {
  string_table strings;
  strings.intern("the fifth");
  image_directory images{strings};
  images.set_grace_ms(0);
  const image_key first{string_id{1}, string_id{2}, string_id{3}};
  const image_key second{string_id{1}, string_id{2}, string_id{4}};
  images.gain_pod(first);
  images.gain_pod(second);
  const auto identity = images.identity_of(first);
  images.find(identity)->change_scan().succeed(5);
  CHECK(images.names_of(identity).size() == 2);
  images.lose_pod(*images.find(first), 10);
  REQUIRE(images.take_forgotten(10).has_value());
  CHECK(images.scan_of(identity).scanned_at_ms == 5);
  images.lose_pod(*images.find(second), 10);
  REQUIRE(images.take_forgotten(10).has_value());
  CHECK_FALSE(images.scan_of(identity).scanned);
  CHECK(images.names_of(identity).empty());
}

TEST_CASE("a watch goes on from the newest bookmark or list of its kind") {
  tracked_cluster cluster;
  const auto send = [&](auto make) {
    fact_batch batch;
    auto body = make(batch);
    cluster.take(std::move(batch), body);
  };
  const auto kind = cluster.id("Pod");
  send([&](fact_batch& b) { return fact_body{list_synced{kind, b.add_text("100"), 7}}; });
  const auto listed = cluster.now_ms;
  cluster.now_ms += 5;
  send([&](fact_batch& b) { return fact_body{bookmarked{kind, b.add_text("abc")}}; });
  CHECK(cluster.state.positions.by_kind().at({kind}) == watch_positions::position{"abc", listed, 7});
}

TEST_CASE("a uid that shows up under a second name leaves no node under the first") {
  tracked_cluster cluster;
  cluster.see(node("n"));
  auto renamed = node("n");
  renamed.name = "m";
  cluster.see(renamed);
  cluster.gone(renamed);
  CHECK(cluster.state.nodes.nodes().empty());
}

TEST_CASE("a node that a late event of its predecessor overtakes is not lost when the predecessor goes") {
  tracked_cluster cluster;
  auto first = node("n", "", "linux");
  first.resource_version = 10;
  auto second = node("n", "s390x");
  second.uid = "uid of the second";
  second.resource_version = 20;
  cluster.see(first);
  cluster.see(second); // the delete of the first was missed
  first.architecture = "arm64";
  first.resource_version = 11;
  cluster.see(first); // sent again by a watch that started too far back
  cluster.list("Node", {second});
  cluster.see(pod("a"));
  CHECK(cluster.images() == keys{"sha256:1|s390x|app:1"});
}
