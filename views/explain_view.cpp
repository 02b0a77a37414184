#include "views/explain_view.hpp"

#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tallyman {

namespace {

using pods_by_text = absl::flat_hash_map<std::string, const pod_table::record*>;

bool is_called(const image_row& image, std::string_view wanted) {
  return image.name == wanted || image.image_id == wanted;
}

bool is_like(const image_row& image, std::string_view wanted) {
  return image.name.find(wanted) != std::string::npos || image.image_id.find(wanted) != std::string::npos;
}

bool is_owned(const image_row& image, const std::optional<owner_pattern>& owner) {
  return owner && inventory_filter{false, owner, {}}.matches_owner(image);
}

/// The likeliest of what `wanted` may mean comes first, and nothing counts behind what there is.
std::vector<image_row> matching(std::vector<image_row> images, std::string_view wanted) {
  const auto owner = owner_pattern::parse(wanted);
  const auto called = [&](const image_row& image) { return is_called(image, wanted); };
  const auto like = [&](const image_row& image) { return is_like(image, wanted); };
  const auto owned = [&](const image_row& image) { return is_owned(image, owner); };
  const auto keep = [&](const auto& rule) {
    if (std::none_of(images.begin(), images.end(), rule))
      return false;
    std::erase_if(images, [&](const image_row& image) { return !rule(image); });
    return true;
  };
  const bool owner_first = owner && owner->is_certain();
  if (!(owner_first && keep(owned)) && !keep(called) && !keep(like) && !keep(owned))
    images.clear();
  return images;
}

/// The pods of one image, under the text of their uids.
pods_by_text pods_of(const cluster_state& state, image_index image) {
  pods_by_text pods;
  for (const auto& each : state.placed.pods())
    if (each.second.runs(image))
      pods.emplace(to_string(each.first, *state.strings), &each);
  return pods;
}

pod_explanation explain_pod(const cluster_state& state, const std::string& uid, const pod_table::record& of) {
  const auto& pod = of.second;
  const auto text = [&](string_id id) { return std::string{state.strings->text(id)}; };
  pod_explanation shown;
  shown.uid = uid;
  shown.name_space = text(pod.name_space);
  shown.name = pod.name;
  shown.node = text(pod.node);
  shown.os = text(pod.runs_on.os);
  shown.architecture = text(pod.runs_on.architecture);
  shown.platform_certain = pod.runs_on.certain;
  shown.node_known = state.nodes.nodes().contains(pod.node);
  if (!pod.owner_certain)
    shown.waiting_on = to_string(state.placed.waiting_on(of.first), *state.strings);
  return shown;
}

owner_explanation explain_owner(const cluster_state& state, const owner_row& owner,
                                const pods_by_text& pods) {
  owner_explanation shown{owner, {}};
  for (const auto& uid : owner.pods)
    if (const auto found = pods.find(uid); found != pods.end())
      shown.pods.push_back(explain_pod(state, uid, *found->second));
  return shown;
}

std::string after_failures(const image_row& image) {
  return fmt::format("after {} failure{}: {}", image.failures, image.failures == 1 ? "" : "s",
                     printable(image.last_error));
}

std::string moment(std::int64_t time_ms, std::int64_t now_ms) {
  return time_ms > now_ms
             ? fmt::format("{} (in {})", format_time(time_ms), format_duration(time_ms - now_ms))
             : fmt::format("{} ({} ago)", format_time(time_ms), format_duration(now_ms - time_ms));
}

} // namespace

std::string next_step(const image_row& image, std::int64_t forgotten_at_ms, std::int64_t now_ms) {
  if (image.scan_state == "quarantined")
    return "nothing until the program is started again: applying its events failed, and it was set aside: " +
           printable(image.last_error);
  if (image.owners.empty())
    return fmt::format(
        "nothing runs it any more; its scan state is forgotten at {}, unless it comes back before",
        moment(forgotten_at_ms, now_ms));
  if (image.image_id.empty())
    return "it is an image volume, and tallied once the status of a pod gives its digest (from Kubernetes "
           "1.35 on)";
  if (image.scan_state == "scanned")
    return fmt::format("nothing: it was scanned at {}", moment(image.scanned_at_ms, now_ms));
  if (image.scan_state == "private")
    return "not retried with the others, because the registry refuses access, " + after_failures(image);
  if (image.scan_state == "backing-off")
    return fmt::format("next try at {}, {}", moment(image.next_scan_at_ms, now_ms), after_failures(image));
  if (image.failures > 0)
    return fmt::format("scan due now, since {}, {}", moment(image.next_scan_at_ms, now_ms),
                       after_failures(image));
  return "scan due now: it has never been scanned";
}

std::vector<image_explanation> explain(const cluster_view& view, std::string_view wanted,
                                       std::int64_t now_ms) {
  auto inventory = make_inventory(view, {}, now_ms, idle_images::included);
  const auto& directory = view.state.placed.images();
  auto& images = inventory.images;
  images.insert(images.begin(), std::move_iterator{inventory.without_digest.begin()},
                std::move_iterator{inventory.without_digest.end()});
  std::vector<image_explanation> all;
  for (auto& image : matching(std::move(images), wanted)) {
    const auto pods = pods_of(view.state, image.index);
    const auto forgotten_at_ms =
        directory[image.index].idle_since_ms + static_cast<std::int64_t>(directory.grace_ms());
    image_explanation shown;
    shown.next = next_step(image, forgotten_at_ms, now_ms);
    for (const auto& owner : image.owners)
      shown.owners.push_back(explain_owner(view.state, owner, pods));
    shown.image = std::move(image);
    all.push_back(std::move(shown));
  }
  return all;
}

} // namespace tallyman
