#include "views/explain_view.hpp"

#include "base/invariant.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace tallyman {

namespace {

/// Under the text of its uid, which belongs to an image's row.
using pods_by_text = absl::flat_hash_map<std::string_view, const pod_table::record*>;

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

template <class T>
std::span<const T> first_of(const std::vector<T>& all, std::size_t count) {
  return {all.data(), std::min(all.size(), count)};
}

/// The pods that are shown, found in one pass, however many images there are.
pods_by_text find_pods(const cluster_state& state, const std::vector<image_explanation>& images,
                       const explain_bounds& bounds) {
  pods_by_text pods;
  for (const auto& each : images)
    for (const auto& owner : first_of(each.image.owners, bounds.owners))
      for (const auto& uid : first_of(owner.pods, bounds.pods))
        pods.emplace(uid, nullptr);
  for (const auto& each : state.placed.pods())
    if (const auto found = pods.find(to_string(each.first, *state.strings)); found != pods.end())
      found->second = &each;
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

owner_explanation explain_owner(const cluster_state& state, const owner_row& owner, std::size_t pods_max,
                                const pods_by_text& pods) {
  owner_explanation shown{owner, {}};
  for (const auto& uid : first_of(owner.pods, pods_max)) {
    const auto* const pod = pods.at(uid);
    invariant(pod != nullptr && "an image is run by a pod that is not there");
    shown.pods.push_back(explain_pod(state, uid, *pod));
  }
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

explanation explain(const cluster_view& view, std::string_view wanted, std::int64_t now_ms,
                    const explain_bounds& bounds) {
  auto inventory = make_inventory(view, {}, now_ms, idle_images::included);
  const auto& directory = view.state.placed.images();
  auto& images = inventory.images;
  images.insert(images.begin(), std::move_iterator{inventory.without_digest.begin()},
                std::move_iterator{inventory.without_digest.end()});
  images = matching(std::move(images), wanted);
  explanation all;
  all.images_left_out = images.size() - std::min(images.size(), bounds.images);
  images.resize(images.size() - all.images_left_out);
  for (auto& image : images) {
    const auto forgotten_at_ms =
        directory[image.index].idle_since_ms + static_cast<std::int64_t>(directory.grace_ms());
    auto next = next_step(image, forgotten_at_ms, now_ms);
    all.images.push_back({std::move(image), {}, std::move(next)});
  }
  const auto pods = find_pods(view.state, all.images, bounds);
  for (auto& each : all.images)
    for (const auto& owner : first_of(each.image.owners, bounds.owners))
      each.owners.push_back(explain_owner(view.state, owner, bounds.pods, pods));
  return all;
}

} // namespace tallyman
