#include "tally/snapshot/digest.hpp"
#include "tally/tracked_cluster.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

void fill(tracked_cluster& cluster) {
  cluster.see(node("n"));
  cluster.see(workload("ReplicaSet", "web-1", controller("Deployment", "web")));
  cluster.see(pod("a", controller("ReplicaSet", "web-1")));
  cluster.see(pod("b", controller("Job", "late", "batch/v1"), {running("app:2", "sha256:2")}));
  cluster.scan(scan_outcome::failed);
}

} // namespace

TEST_CASE("every kind of difference changes the digest") {
  const auto bookmark = [](tracked_cluster& c, const char* version) {
    fact_batch batch;
    const auto text = batch.add_text(version);
    c.take(std::move(batch), bookmarked{c.id("Pod"), text});
  };
  const std::vector<std::function<void(tracked_cluster&)>> changes{
      [](auto& c) { c.see(node("m")); },
      [](auto& c) { c.see(node("n", "s390x")); },
      [](auto& c) { c.gone(node("n")); },
      [](auto& c) { c.see(workload("Deployment", "web")); },
      [](auto& c) { c.see(pod("c")); },
      [](auto& c) { c.gone(pod("a")); },
      [](auto& c) { c.gone(pod("never-there")); },
      [](auto& c) { c.see(pod("a", controller("ReplicaSet", "web-1"), {running("app:3", "sha256:3")})); },
      [](auto& c) {
        c.see(pod("a", controller("ReplicaSet", "web-1"), {{"main", "app:1", "sha256:1", "cri-o"}}));
      },
      [](auto& c) { c.see(workload("Job", "late", {}, "batch/v1")); },
      [](auto& c) { c.scan(scan_outcome::failed); },
      [](auto& c) { c.scan(scan_outcome::image_private); },
      [](auto& c) { c.scan(scan_outcome::succeeded); },
      [](auto& c) {
        c.take({}, remote_acknowledged{c.id("sha256:1"), c.id("arm64"), c.id("app:1"), 1});
      },
      [](auto& c) { c.take({}, settings_changed{5}); },
      [&](auto& c) { bookmark(c, "5"); },
      [&](auto& c) { bookmark(c, "6"); }};
  std::set<std::string> digests;
  tracked_cluster plain;
  fill(plain);
  digests.insert(digest(plain.state, digest_scope::content));
  for (const auto& change : changes) {
    tracked_cluster cluster;
    fill(cluster);
    change(cluster);
    digests.insert(digest(cluster.state, digest_scope::content));
  }
  CHECK(digests.size() == changes.size() + 1);
}

TEST_CASE("times change the digest of everything and not that of the content") {
  tracked_cluster now, later;
  later.now_ms += 5;
  fill(now);
  fill(later);
  CHECK(digest(now.state, digest_scope::content) == digest(later.state, digest_scope::content));
  CHECK(digest(now.state, digest_scope::everything) != digest(later.state, digest_scope::everything));
}

TEST_CASE("facts that cancel each other out leave the numbers of owners and images out of the digest") {
  tracked_cluster plain, shuffled;
  for (auto* cluster : {&plain, &shuffled}) {
    cluster->take({}, settings_changed{0});
    if (cluster == &shuffled) {
      cluster->see(pod("x", controller("CloneSet", "x"), {running("x:1", "sha256:x")}));
      cluster->see(pod("y", controller("CloneSet", "y"), {running("y:1", "sha256:y")}));
    }
    cluster->gone(pod("x"));
    cluster->gone(pod("y"));
    fill(*cluster);
  }
  CHECK(digest(plain.state, digest_scope::everything) == digest(shuffled.state, digest_scope::everything));
}
