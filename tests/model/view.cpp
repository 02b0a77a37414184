#include "model/view.hpp"

#include "model/true_objects.hpp"

#include <fmt/format.h>

namespace tallyman::testing {

namespace {

class viewer {
public:
  explicit viewer(const cluster_state& state) : state_(state) {}

  text_view inventory() {
    for (const auto& [name, node] : state_.nodes.nodes())
      view_["node " + text(name)] =
          fmt::format("{} {}/{}", text(node.id), text(node.architecture), text(node.os));
    for (const auto& [id, each] : state_.workloads.workloads())
      view_["workload " + text(id)] =
          fmt::format("{} {} {}/{} under {}", text(each.kind), text(each.api_version), text(each.name_space),
                      each.name, text(each.controller.id));
    for (const auto& [id, pod] : state_.placed.pods())
      add_pod(id, pod);
    for (image_index i = 0; i < state_.images.size(); ++i)
      if (!state_.images[i].pods().empty())
        view_["image " + key_text(state_.images[i].key())] = pods_text(state_.images[i]);
    return std::move(view_);
  }

  text_view everything() {
    view_ = inventory();
    for (image_index i = 0; i < state_.placed.images().size(); ++i)
      if (state_.placed.images()[i].live)
        add_history(state_.images[i], state_.placed.images()[i]);
    for (const auto& [kind, each] : state_.positions.by_kind())
      view_["position " + text(kind.api_version) + ' ' + text(kind.name)] =
          fmt::format("{} {} {}", each.resource_version, each.listed_at_ms, each.listed_items);
    state_.incoming.gone().for_each([&](const tombstones::entry& gone) {
      view_["gone " + text(gone.id)] = fmt::format("{} {}", text(gone.kind), gone.version);
    });
    for (const auto& [id, object] : state_.incoming.objects())
      view_["object " + text(id)] = kind_text(text(object.kind), text(object.api_version));
    view_["cluster"] = fmt::format("sequence {} time {} grace {}", state_.sequence, state_.time_ms,
                                   state_.placed.images().grace_ms());
    return std::move(view_);
  }

private:
  std::string text(string_id id) const { return std::string{state_.strings->text(id)}; }
  std::string text(const uid& id) const { return to_string(id, *state_.strings); }

  std::string key_text(const image_key& key) const {
    return fmt::format("{}|{}|{}", text(key.image_id), text(key.architecture), text(key.name));
  }

  std::string owner_text(owner_index index) const {
    const auto& each = state_.placed.owners()[index];
    return fmt::format("{} {}/{} {}", text(each.kind), text(each.name_space), each.name, text(each.id));
  }

  void add_pod(const uid& id, const placements::pod& pod) {
    auto line =
        fmt::format("{}/{} phase {} on {} {}/{} {} under {} owner {} waits '{}'", text(pod.name_space),
                    std::string_view{pod.name}, static_cast<int>(pod.phase), text(pod.node),
                    text(pod.runs_on.architecture), text(pod.runs_on.os), pod.runs_on.certain,
                    text(pod.controller), owner_text(pod.owner), text(state_.placed.waiting_on(id)));
    for (const auto& placed : pod.containers)
      line +=
          fmt::format(" [{} {}]", key_text(state_.placed.images()[placed.image].key), text(placed.runtime));
    view_["pod " + text(id)] = line;
  }

  std::string pods_text(const image_state& image) const {
    std::map<std::string, std::string> pods;
    for (const auto& [id, member] : image.pods())
      pods[text(id)] =
          fmt::format("{} {} {}", owner_text(member.owner), member.owner_certain, member.platform_certain);
    std::map<std::string, std::uint32_t> owners;
    for (const auto& [owner, count] : image.owners())
      owners[owner_text(owner)] = count;
    std::string line = image.platform_provisional(state_.rules()) ? "provisional" : "certain";
    for (const auto& [id, member] : pods)
      line += fmt::format(" [{} {}]", id, member);
    for (const auto& [owner, count] : owners)
      line += fmt::format(" ({} {})", owner, count);
    return line;
  }

  void add_history(const image_state& image, const image_directory::entry& entry) {
    const auto& scan = image.scan();
    const auto& strings = *state_.strings;
    view_["history " + key_text(image.key())] = fmt::format(
        "os {} runtime {} provisional {} scanned {} at {} private {} failures {} '{}' next {} first {} "
        "owner {} v{} acknowledged {} at {} asked {} pods {} idle {}",
        text(image.os(state_.rules(), strings)), text(image.runtime(state_.rules(), strings)),
        image.platform_provisional(state_.rules()), scan.scanned, scan.scanned_at_ms, scan.image_private,
        scan.failures, scan.last_error, scan.next_scan_at_ms, image.first_seen_at_ms(),
        image.owner_changed_at_ms(), image.owner_version(), image.acknowledged_version(),
        image.resources_updated_at_ms(), image.last_remote_sync_at_ms(), entry.pods,
        entry.pods == 0 ? entry.idle_since_ms : 0);
  }

  const cluster_state& state_;
  text_view view_;
};

} // namespace

text_view view_of(const cluster_state& state) {
  return viewer{state}.everything();
}

text_view inventory_of(const cluster_state& state) {
  return viewer{state}.inventory();
}

std::string difference(const text_view& left, const text_view& right) {
  std::string lines;
  for (const auto& [what, said] : left)
    if (const auto other = right.find(what); other == right.end())
      lines += fmt::format("only left:  {}: {}\n", what, said);
    else if (other->second != said)
      lines += fmt::format("left:  {}: {}\nright: {}: {}\n", what, said, what, other->second);
  for (const auto& [what, said] : right)
    if (!left.contains(what))
      lines += fmt::format("only right: {}: {}\n", what, said);
  return lines;
}

} // namespace tallyman::testing
