#include "model/contradictions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace tallyman::testing {

namespace {

class comparison {
public:
  comparison(const cluster_state& known, const cluster_state& fresh) : known_(known), fresh_(fresh) {}

  std::string run() {
    compare_nodes();
    compare_workloads();
    for (const auto& [id, pod] : fresh_.placed.pods())
      if (const auto* const same = known_.placed.pods().find(id); same == nullptr)
        say("pod {} is missing", text(id));
      else
        compare_pod(id, *same, pod);
    for (const auto& [id, pod] : known_.placed.pods())
      if (!fresh_.placed.pods().contains(id))
        say("pod {} is gone", text(id));
    return lines_;
  }

private:
  template <class... Parts>
  void say(fmt::format_string<Parts...> what, Parts&&... parts) {
    lines_ += fmt::format(what, std::forward<Parts>(parts)...) + '\n';
  }

  std::string text(string_id id) const { return std::string{known_.strings->text(id)}; }
  std::string text(const uid& id) const { return to_string(id, *known_.strings); }

  void compare_nodes() {
    const auto plain = [&](const cluster_state& state) {
      std::set<std::string> nodes;
      for (const auto& [name, node] : state.nodes.nodes())
        nodes.insert(
            fmt::format("{} {} {}/{}", text(name), text(node.id), text(node.os), text(node.architecture)));
      return nodes;
    };
    if (plain(known_) != plain(fresh_))
      say("the nodes differ");
  }

  void compare_workloads() {
    const auto& known = known_.workloads.workloads();
    const auto& fresh = fresh_.workloads.workloads();
    for (const auto& [id, workload] : fresh)
      if (const auto same = known.find(id); same == known.end() || same->second != workload)
        say("workload {} ({}) is {}", text(id), workload.name, same == known.end() ? "missing" : "another");
    for (const auto& [id, workload] : known)
      if (!fresh.contains(id))
        say("workload {} ({}) is gone", text(id), workload.name);
  }

  void compare_pod(const uid& id, const placed_pod& known, const placed_pod& fresh) {
    const auto who = text(id);
    if (known.phase != fresh.phase || known.node != fresh.node || known.controller != fresh.controller ||
        known.name != fresh.name || known.name_space != fresh.name_space)
      say("pod {} is not as it was listed", who);
    compare_owner(who, known, fresh);
    if (fresh.runs_on.certain ? known.runs_on != fresh.runs_on
                              : !known.runs_on.certain && known.runs_on != fresh.runs_on)
      say("pod {} runs on {}, not on {}", who, text(known.runs_on.architecture),
          text(fresh.runs_on.architecture));
    if (known.containers.size() != fresh.containers.size())
      return say("pod {} has {} containers, not {}", who, known.containers.size(), fresh.containers.size());
    for (std::size_t i = 0; i < known.containers.size(); ++i)
      if (image_of(known_, known, i) != image_of(fresh_, fresh, i))
        say("pod {} runs {}, not {}", who, image_of(known_, known, i), image_of(fresh_, fresh, i));
  }

  void compare_owner(const std::string& who, const placed_pod& known, const placed_pod& fresh) {
    const auto& owner = known_.placed.owners()[known.owner];
    const auto& fresh_owner = fresh_.placed.owners()[fresh.owner];
    // Whatever was found out before the pod lost its parent.
    if (!fresh.owner_certain || !is_vouched_for(fresh))
      return;
    if (!known.owner_certain || owner.id != fresh_owner.id)
      return say("pod {} is owned by {} {}, not by {} {}: under {}", who, text(owner.kind), text(owner.id),
                 text(fresh_owner.kind), text(fresh_owner.id), text(fresh.controller));
    if (owner.kind != fresh_owner.kind || owner.name != fresh_owner.name)
      say("owner {} is called otherwise", text(owner.id));
  }

  // A link that was there when the lists were taken, and went before they ended, says nothing any more.
  bool is_vouched_for(const placed_pod& fresh) const {
    const auto& top = fresh_.placed.owners()[fresh.owner].id;
    auto at = fresh.controller;
    for (int hops = 0; fresh.place != pods_below::no_place && at != top && hops < 40; ++hops) {
      const auto known = fresh_.workloads.workloads().find(at);
      if (known == fresh_.workloads.workloads().end())
        return false;
      at = known->second.controller.id;
    }
    return true;
  }

  // But for the architecture, which belongs to the pod.
  std::string image_of(const cluster_state& state, const placed_pod& pod, std::size_t i) const {
    const auto& placed = pod.containers[i];
    const auto& key = state.placed.images()[placed.image].key;
    return fmt::format("{} {} {} {}", text(placed.name), text(key.name), text(key.image_id),
                       text(placed.runtime));
  }

  const cluster_state& known_;
  const cluster_state& fresh_;
  std::string lines_;
};

} // namespace

std::string contradictions(const cluster_state& known, const cluster_state& fresh) {
  return comparison{known, fresh}.run();
}

std::string inconsistencies(const cluster_state& state) {
  const auto text = [&](string_id id) { return std::string{state.strings->text(id)}; };
  struct expected {
    std::map<uid, owner_index> pods;
    std::map<std::string, int> systems;
    std::map<std::string, int> runtimes;
    bool certain = false;
  };
  std::map<image_index, expected> images;
  for (const auto& [id, pod] : state.placed.pods())
    pod.for_each_image([&, &who = id, &of = pod](const placed_container& placed) {
      auto& image = images[placed.image];
      image.pods[who] = of.owner;
      ++image.systems[text(of.runs_on.os)];
      ++image.runtimes[text(placed.runtime)];
      image.certain = image.certain || of.runs_on.certain;
    });
  const auto most = [](const std::map<std::string, int>& said) {
    std::pair<int, std::string> found{0, ""};
    for (const auto& [what, count] : said)
      if (!what.empty() && count > found.first)
        found = {count, what};
    return found.second;
  };
  std::string lines;
  const auto& directory = state.placed.images();
  for (image_index i = 0; i < directory.size(); ++i) {
    if (!directory[i].live)
      continue;
    const auto& image = state.images[i];
    const auto& wanted = images[i];
    std::map<uid, owner_index> pods;
    for (const auto& [id, member] : image.pods())
      pods[id] = member.owner;
    if (pods != wanted.pods || directory[i].pods != pods.size())
      lines += fmt::format("image {} does not have the pods that run it\n", text(image.key().name));
    else if (!pods.empty() && (text(image.os(state.rules(), *state.strings)) != most(wanted.systems) ||
                               text(image.runtime(state.rules(), *state.strings)) != most(wanted.runtimes) ||
                               image.platform_provisional(state.rules()) == wanted.certain))
      lines += fmt::format("image {} does not say what its pods do\n", text(image.key().name));
  }
  return lines;
}

} // namespace tallyman::testing
