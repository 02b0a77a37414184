#include "tally/snapshot/image_snapshot.hpp"
#include "tally/snapshot/snapshot_parts.hpp"

#include <fmt/format.h>

#include <utility>

namespace tallyman {

bool snapshot_decoder::parts::read_owners(const pb::SnapshotOwners& from) {
  const auto size = from.uid_high_size();
  if (!all_equal({size, from.uid_low_size(), from.kind_id_size(), from.namespace_id_size(),
                  from.name_length_size(), from.number_size()}) ||
      !all_or_none(size, {from.api_version_id_size(), from.cluster_scoped_size()}))
    return refuse("its columns differ in length");
  text_run texts{from.texts()};
  for (int i = 0; i < size; ++i) {
    const uid id{from.uid_high(i), from.uid_low(i)};
    const auto number = from.number(i);
    const auto api_version = from.api_version_id_size() == 0 ? 0 : from.api_version_id(i);
    if (!known({from.kind_id(i), from.namespace_id(i), api_version}) || !known(id))
      return refuse(fmt::format("entry {} refers to an unknown string", i));
    if (number >= snapshot_owners_max || number < owner_there_.size())
      return refuse(fmt::format("entry {} has a number that it cannot have", i));
    if (!owner_ids_.insert(id).second)
      return refuse(fmt::format("entry {} is an owner that is already there", i));
    ++owners_;
    owner_there_.resize(number);
    owner_there_.push_back(true);
    state_->placed.owners_to_restore().restore(number,
                                               {id, string_id{from.kind_id(i)}, string_id{api_version},
                                                string_id{from.namespace_id(i)},
                                                std::string{texts.take(from.name_length(i))}},
                                               from.cluster_scoped_size() != 0 && from.cluster_scoped(i));
  }
  return texts.used_up() || refuse("its texts and their lengths do not fit");
}

bool snapshot_decoder::parts::read_images(const pb::SnapshotImages& from) {
  const auto size = from.image_id_id_size();
  if (!all_equal({size, from.architecture_id_size(), from.name_id_size(), from.os_id_size(),
                  from.runtime_id_size(), from.scan_flags_size(), from.failures_size(),
                  from.error_length_size(), from.next_scan_at_ms_size(), from.scanned_at_ms_size(),
                  from.first_seen_at_ms_size(), from.owner_changed_at_ms_size(),
                  from.resources_updated_at_ms_size(), from.last_remote_sync_at_ms_size(),
                  from.owner_version_size(), from.acknowledged_version_size(), from.idle_since_ms_size(),
                  from.pods_size(), from.owners_size()}) ||
      !all_or_none(size, {from.left_os_id_size(), from.left_runtime_id_size(), from.left_certain_size()}))
    return refuse("its columns differ in length");
  text_run texts{from.texts()};
  for (int i = 0; i < size; ++i)
    if (!read_image(from, i, texts.take(from.error_length(i))))
      return false;
  return texts.used_up() || refuse("its texts and their lengths do not fit");
}

bool snapshot_decoder::parts::read_image(const pb::SnapshotImages& from, int i, std::string_view last_error) {
  if (!known(
          {from.image_id_id(i), from.architecture_id(i), from.name_id(i), from.os_id(i), from.runtime_id(i)}))
    return refuse(fmt::format("entry {} refers to an unknown string", i));
  auto& directory = state_->placed.images_to_restore();
  const image_key key{string_id{from.image_id_id(i)}, string_id{from.architecture_id(i)},
                      string_id{from.name_id(i)}};
  if (directory.find(key))
    return refuse(fmt::format("entry {} is an image that is already there", i));
  const auto flags = from.scan_flags(i);
  if (flags > 3 || from.acknowledged_version(i) > from.owner_version(i) ||
      from.idle_since_ms(i) > header_.time_ms())
    return refuse(fmt::format("entry {} has a value that no image can have", i));
  const scan_state scan{(flags & 1u) != 0,       (flags & 2u) != 0,       from.failures(i),
                        std::string{last_error}, from.next_scan_at_ms(i), from.scanned_at_ms(i)};
  if (!restore_scan(key, scan))
    return refuse(fmt::format("entry {} is scanned otherwise than another name of the image", i));
  directory.restore(static_cast<image_index>(expected_.size()), key, from.idle_since_ms(i));
  expected_.push_back({from.pods(i), from.owners(i)});
  image_state::last_report left;
  if (from.left_os_id_size() != 0)
    left = {{string_id{from.left_os_id(i)}, string_id{from.left_runtime_id(i)}}, from.left_certain(i)};
  if (!known({static_cast<std::uint32_t>(left.said.os), static_cast<std::uint32_t>(left.said.runtime)}))
    return refuse(fmt::format("entry {} refers to an unknown string", i));
  image_snapshot::fields fields{key,
                                {string_id{from.os_id(i)}, string_id{from.runtime_id(i)}},
                                left,
                                scan,
                                from.first_seen_at_ms(i),
                                from.owner_changed_at_ms(i),
                                from.resources_updated_at_ms(i),
                                from.last_remote_sync_at_ms(i),
                                from.owner_version(i),
                                from.acknowledged_version(i)};
  constexpr std::size_t reserved_max = 1024; // what is claimed is not believed yet
  state_->images.push_back(
      image_snapshot::make(std::move(fields), std::min<std::size_t>(from.pods(i), reserved_max)));
  return true;
}

// All names of an identity share its scans; by the first rules only whether, and when, it was scanned.
bool snapshot_decoder::parts::restore_scan(const image_key& key, const scan_state& scan) {
  auto& directory = state_->placed.images_to_restore();
  const bool first_rules = directory.rules() == tally_rules::first;
  const auto identity = directory.identity_of(key);
  auto shared = scan;
  if (first_rules) {
    shared = {};
    if (scan.scanned)
      shared.succeed(scan.scanned_at_ms);
  }
  if (!directory.names_of(identity).empty())
    return directory.scan_of(identity) == shared;
  directory.restore_scan(key, shared);
  return true;
}

bool snapshot_decoder::parts::read_pods(const pb::SnapshotPods& from) {
  const auto size = from.uid_high_size();
  if (!all_equal({size, from.uid_low_size(), from.namespace_id_size(), from.name_length_size(),
                  from.node_id_size(), from.architecture_id_size(), from.os_id_size(), from.state_size(),
                  from.controller_uid_high_size(), from.controller_uid_low_size(), from.owner_size(),
                  from.images_size()}) ||
      from.waiting_uid_high_size() != from.waiting_uid_low_size() ||
      from.placed_image_size() != from.placed_runtime_id_size() ||
      !all_or_none(from.placed_image_size(), {from.placed_name_id_size(), from.placed_run_size()}))
    return refuse("its columns differ in length");
  text_run texts{from.texts()};
  int waiting = 0;
  int placed = 0;
  for (int i = 0; i < size; ++i) {
    placements::pod pod;
    uid parent;
    pod.name = texts.take(from.name_length(i));
    if (!read_pod_state(from, i, pod))
      return false;
    if ((from.state(i) & 16u) == 0) {
      if (waiting == from.waiting_uid_high_size())
        return refuse(fmt::format("entry {} waits for nobody", i));
      parent = {from.waiting_uid_high(waiting), from.waiting_uid_low(waiting)};
      if (parent.empty())
        return refuse(fmt::format("entry {} waits for nobody", i));
      ++waiting;
    }
    const auto count = from.images(i);
    if (count > static_cast<std::uint32_t>(from.placed_image_size() - placed))
      return refuse(fmt::format("entry {} has more images than there are", i));
    if (!read_pod_images(from, placed, static_cast<int>(count), pod) ||
        !add_pod({from.uid_high(i), from.uid_low(i)}, std::move(pod), parent, (from.state(i) & 32u) != 0))
      return false;
    placed += static_cast<int>(count);
  }
  if (waiting != from.waiting_uid_high_size() || placed != from.placed_image_size())
    return refuse("its columns differ in length");
  return texts.used_up() || refuse("its texts and their lengths do not fit");
}

bool snapshot_decoder::parts::read_pod_state(const pb::SnapshotPods& from, int i, placements::pod& pod) {
  if (!known({from.namespace_id(i), from.node_id(i), from.architecture_id(i), from.os_id(i)}))
    return refuse(fmt::format("entry {} refers to an unknown string", i));
  const auto state = from.state(i);
  if (state >= 64 || (state & 7u) > static_cast<unsigned>(pod_phase::failed))
    return refuse(fmt::format("entry {} has a phase that no pod can have", i));
  if (from.owner(i) >= owner_there_.size() || !owner_there_[from.owner(i)])
    return refuse(fmt::format("entry {} has an unknown owner", i));
  pod.name_space = string_id{from.namespace_id(i)};
  pod.node = string_id{from.node_id(i)};
  pod.runs_on = {string_id{from.architecture_id(i)}, string_id{from.os_id(i)}, (state & 8u) != 0};
  pod.controller = {from.controller_uid_high(i), from.controller_uid_low(i)};
  pod.owner = from.owner(i);
  pod.phase = static_cast<pod_phase>(state & 7u);
  return true;
}

bool snapshot_decoder::parts::read_pod_images(const pb::SnapshotPods& from, int first, int count,
                                              placements::pod& pod) {
  for (int i = first; i < first + count; ++i) {
    const auto image = from.placed_image(i);
    const bool has_names = from.placed_name_id_size() != 0;
    const auto name = has_names ? from.placed_name_id(i) : 0;
    if (image >= expected_.size() || !known({from.placed_runtime_id(i), name}))
      return refuse(fmt::format("placement {} refers to an unknown image or string", i));
    if (state_->images[image].key().architecture != pod.runs_on.architecture)
      return refuse(fmt::format("placement {} is on another architecture than its pod", i));
    if (!has_names && pod.runs(image))
      return refuse(fmt::format("placement {} stands there twice", i));
    const bool is_first = !pod.runs(image);
    if (is_first && pod.images != pod.containers.size())
      return refuse(fmt::format("placement {} stands behind another's twin", i));
    if (is_first)
      ++pod.images;
    pod.containers.push_back(
        {image, string_id{from.placed_runtime_id(i)}, string_id{name}, has_names ? from.placed_run(i) : 0});
  }
  return true;
}

bool snapshot_decoder::parts::add_pod(const uid& id, placements::pod pod, const uid& parent,
                                      bool is_followed) {
  if (!known(id) || !known(pod.controller) || !known(parent))
    return refuse("a pod refers to an unknown string");
  if (state_->placed.pods().contains(id))
    return refuse("a pod stands there twice");
  if ((pod.phase == pod_phase::succeeded || pod.phase == pod_phase::failed) && !pod.containers.empty())
    return refuse("a pod that has ended is placed");
  if (is_followed && pod.controller.empty())
    return refuse("a pod follows nobody");
  // Nobody would ever tell it what it waits for.
  if (!pod.runs_on.certain && state_->nodes.platform_of(pod.node).certain)
    return refuse("a pod does not know of its node");
  if (!parent.empty() && state_->workloads.workloads().contains(parent))
    return refuse("a pod waits for a parent that is known");
  const image_state::membership member{pod.owner, parent.empty(), pod.runs_on.certain};
  pod.for_each_image([&](const placed_container& placed) {
    image_snapshot::add_pod(state_->images[placed.image], id, member, pod.runs_on.os, placed.runtime);
  });
  state_->incoming.restore_pod_name(id, pod.name_space, pod.name, !pod.controller.empty());
  state_->placed.restore(id, std::move(pod), parent, is_followed);
  return true;
}

} // namespace tallyman
