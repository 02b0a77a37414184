#pragma once

#include "base/invariant.hpp"
#include "model/true_objects.hpp"
#include "tally/blocks.hpp"
#include "tally/cluster_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tallyman::testing {

/// The same object, as of another resourceVersion.
template <class Object>
Object at(std::uint64_t version, Object object) {
  object.resource_version = version;
  return object;
}

inline true_node node(const std::string& name, const std::string& architecture = "arm64",
                      const std::string& os = "linux") {
  return {"uid of " + name, name, architecture, os};
}

inline true_reference controller(const std::string& kind, const std::string& name,
                                 const std::string& api_version = "apps/v1") {
  return {"uid of " + name, kind, api_version, name};
}

inline const true_reference replica_set = controller("ReplicaSet", "web-1");
inline const true_reference deployment = controller("Deployment", "web");

inline true_workload workload(const std::string& kind, const std::string& name,
                              const true_reference& above = {}, const std::string& api_version = "apps/v1") {
  return {"uid of " + name, kind, api_version, "shop", name, above};
}

/// A running container of image `name`, whose digest is `image_id`; another `instance` has been started anew.
inline true_container running(const std::string& name, const std::string& image_id = "sha256:1",
                              std::uint32_t instance = 1) {
  return {"main", name, image_id, "containerd", container_list::regular, instance};
}

/// A running pod on node "n".
inline true_pod pod(const std::string& name, const true_reference& above = {},
                    const std::vector<true_container>& containers = {running("app:1")}) {
  return {"uid of " + name, "shop", name, "n", above, pod_phase::running, false, containers};
}

/// A cluster's state, fed object by object the way the supervisor does it.
class tracked_cluster {
public:
  intake::verdict see(const true_object& object) {
    fact_batch batch;
    auto body = writer.observed(batch, object);
    return take(std::move(batch), std::move(body));
  }

  intake::verdict gone(const true_object& object) { return take({}, writer.gone(object)); }

  intake::verdict take(fact_batch batch, fact_body body) {
    const fact each{now_ms, std::move(body)};
    auto verdict = state.incoming.admit(batch, each);
    if (verdict == intake::verdict::displaces) {
      take({}, fact_body{state.incoming.displaced()});
      verdict = state.incoming.admit(batch, each);
    }
    if (is_admitted(verdict)) {
      batch.facts.push_back(each);
      state.apply(batch, state.sequence + 1);
    }
    return verdict;
  }

  /// A complete list, as of `version`; 0: that is no number.
  void list(const std::string& kind, const std::vector<true_object>& objects, std::uint64_t version = 0) {
    const auto what = writer.kind(kind);
    state.incoming.begin_list(what);
    for (const auto& object : objects)
      see(object);
    for (auto& end : state.incoming.end_list(what, version))
      take({}, std::move(end));
    fact_batch batch;
    const auto text = batch.add_text(version == 0 ? "opaque" : std::to_string(version));
    take(std::move(batch), list_synced{what.name, text, objects.size(), what.api_version});
  }

  /// From now on these kinds are followed, too: "Workflow.argoproj.io ...".
  void follow(const std::string& kinds) {
    fact_batch batch;
    settings_changed settings;
    settings.scan_grace_ms = state.placed.images().grace_ms();
    settings.rules = tally_rules::second;
    settings.list_anew = true;
    settings.followed = batch.add_text(kinds);
    take(std::move(batch), settings);
  }

  void scan(scan_outcome outcome, const std::string& image_id = "sha256:1", std::uint64_t wait_ms = 60'000,
            const std::string& architecture = "arm64") {
    fact_batch batch;
    const auto error = outcome == scan_outcome::succeeded ? pool_slice{} : batch.add_text("no route to host");
    take(std::move(batch), scan_finished{id(image_id), id(architecture), error, wait_ms, outcome});
  }

  /// Lets time pass until the next fact, and gives one that says nothing of objects.
  void wait(std::int64_t ms) {
    now_ms += ms;
    take({}, bookmarked{id("Pod"), {}});
  }

  /// Goes on from a snapshot.
  void restart() {
    auto restored = decode(encode(state));
    invariant(restored.ok() && "a sound snapshot was not decoded");
    strings = restored->strings;
    writer = fact_writer{*strings};
    state = std::move(*restored);
  }

  string_id id(const std::string& text) { return writer.id(text); }

  /// "image_id|architecture|name" of the images that have pods.
  std::set<std::string> images() const {
    std::set<std::string> keys;
    for (const auto& each : state.images)
      if (!each.pods().empty())
        keys.insert(fmt::format("{}|{}|{}", text(each.key().image_id), text(each.key().architecture),
                                text(each.key().name)));
    return keys;
  }

  const image_state& image(const std::string& name, const std::string& image_id = "sha256:1",
                           const std::string& architecture = "arm64") {
    return state.images.at(state.placed.images().find({id(image_id), id(architecture), id(name)}).value());
  }

  bool knows(const std::string& name, const std::string& image_id = "sha256:1",
             const std::string& architecture = "arm64") {
    return state.placed.images().find({id(image_id), id(architecture), id(name)}).has_value();
  }

  /// "kind namespace/name pods" of an image's owners.
  std::set<std::string> owners(const image_state& of) const {
    std::set<std::string> all;
    for (const auto& [index, pods] : of.owners()) {
      const auto& owner = state.placed.owners()[index];
      all.insert(fmt::format("{} {}/{} {}", text(owner.kind), text(owner.name_space), owner.name, pods));
    }
    return all;
  }

  std::string text(string_id which) const { return std::string{strings->text(which)}; }

  std::shared_ptr<string_table> strings = std::make_shared<string_table>();
  cluster_state state{strings, 7};
  fact_writer writer{*strings};
  std::int64_t now_ms = 1'000'000;
};

using keys = std::set<std::string>;

} // namespace tallyman::testing
