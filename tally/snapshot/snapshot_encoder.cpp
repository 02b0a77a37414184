#include "messages/well_known.hpp"
#include "messages/wire/snapshot.pb.h"
#include "tally/snapshot/image_snapshot.hpp"
#include "tally/snapshot/snapshot_codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

namespace {

std::uint32_t number_of(string_id id) {
  return static_cast<std::uint32_t>(id);
}

std::uint32_t length_of(std::string_view text) {
  return static_cast<std::uint32_t>(text.size());
}

/// Collects entries in one message until it is a block.
template <class Message>
class section {
public:
  section(snapshot_section type, const snapshot_sink& sink) : type_(type), sink_(&sink) {}

  Message& columns() { return columns_; }

  void add_text(std::string_view text) {
    columns_.mutable_texts()->append(text);
    bytes_ += text.size();
  }

  /// Ends an entry of about `bytes` bytes, its texts not counted.
  result<void> end_entry(std::size_t bytes) {
    bytes_ += bytes;
    return bytes_ < snapshot_block_bytes ? result<void>{} : flush();
  }

  result<void> flush() {
    if (bytes_ == 0)
      return {};
    columns_.SerializeToString(&encoded_);
    columns_.Clear();
    bytes_ = 0;
    return (*sink_)(static_cast<std::uint16_t>(type_), std::as_bytes(std::span{encoded_}));
  }

private:
  snapshot_section type_;
  const snapshot_sink* sink_;
  Message columns_;
  std::string encoded_;
  std::size_t bytes_ = 0;
};

/// The entries of a hash map by ascending key, so that equal states give equal bytes.
template <class Map>
auto in_order(const Map& map) {
  std::vector<const typename Map::value_type*> entries;
  entries.reserve(map.size());
  for (const auto& entry : map)
    entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->first < b->first; });
  return entries;
}

class encoder {
public:
  encoder(const cluster_state& state, const snapshot_sink& sink)
      : state_(state), sink_(sink), strings_end_(std::min(state.strings->size(), state.defined_strings)) {
    count_owners();
    number_images();
  }

  result<void> run() {
    using step = result<void> (encoder::*)();
    constexpr step steps[] = {&encoder::check,     &encoder::header,     &encoder::strings,
                              &encoder::objects,   &encoder::tombstones, &encoder::nodes,
                              &encoder::workloads, &encoder::positions,  &encoder::owners,
                              &encoder::images,    &encoder::pods};
    for (const auto next : steps)
      if (auto done = (this->*next)(); !done)
        return done;
    return {};
  }

private:
  void count_owners() {
    const auto& owners = state_.placed.owners();
    for (owner_index i = 0; i < owners.size(); ++i)
      owners_live_ += owners.is_held(i) ? 1u : 0u;
  }

  // Live indexes have gaps. A snapshot's have none, so that a damaged one cannot ask for a huge table.
  void number_images() {
    const auto& directory = state_.placed.images();
    image_numbers_.resize(directory.size());
    for (image_index i = 0; i < directory.size(); ++i)
      if (directory[i].live)
        image_numbers_[i] = images_live_++;
  }

  result<void> check() {
    if (state_.placed.owners().size() > snapshot_owners_max)
      return error{error_kind::damaged,
                   fmt::format("snapshot of sequence {}: more than {} owners at once; keep the last snapshot "
                               "and look for what makes so many",
                               state_.sequence, snapshot_owners_max)};
    const auto& directory = state_.placed.images();
    for (image_index i = 0; i < directory.size(); ++i)
      if (directory[i].live && (i >= state_.images.size() || state_.images[i].key() != directory[i].key ||
                                state_.images[i].pods().size() != directory[i].pods))
        return error{
            error_kind::damaged,
            fmt::format("snapshot of sequence {}: image {} does not have the pods that are placed on "
                        "it; keep the last snapshot and replay the journal",
                        state_.sequence, i)};
    return {};
  }

  result<void> header() {
    pb::SnapshotHeader to;
    to.set_sequence(state_.sequence);
    to.set_time_ms(state_.time_ms);
    to.set_fingerprint_seed(state_.incoming.seed());
    to.set_scan_grace_ms(state_.placed.images().grace_ms());
    to.set_strings(strings_end_ - first_string);
    to.set_objects(state_.incoming.objects().size());
    to.set_tombstones(state_.incoming.gone().size());
    to.set_nodes(state_.nodes.nodes().size());
    to.set_workloads(state_.workloads.workloads().size());
    to.set_positions(state_.positions.by_kind().size());
    to.set_owners(owners_live_);
    to.set_images(images_live_);
    to.set_pods(state_.placed.pods().size());
    // By the first rules it says no more than a release of those did.
    if (state_.rules() != tally_rules::first)
      to.set_rules(static_cast<std::uint32_t>(state_.rules()));
    to.set_followed(state_.workloads.followed());
    const auto encoded = to.SerializeAsString();
    return sink_(static_cast<std::uint16_t>(snapshot_section::header), std::as_bytes(std::span{encoded}));
  }

  result<void> strings() {
    section<pb::SnapshotStrings> to{snapshot_section::strings, sink_};
    for (std::uint32_t i = first_string; i < strings_end_; ++i) {
      const auto text = state_.strings->text(string_id{i});
      to.columns().add_length(length_of(text));
      to.add_text(text);
      if (auto done = to.end_entry(2); !done)
        return done;
    }
    return to.flush();
  }

  result<void> objects() {
    section<pb::SnapshotObjects> to{snapshot_section::objects, sink_};
    for (const auto* entry : in_order(state_.incoming.objects())) {
      const auto& [id, known] = *entry;
      auto& columns = to.columns();
      columns.add_uid_high(id.high);
      columns.add_uid_low(id.low);
      columns.add_fingerprint_high(known.fingerprint_high);
      columns.add_fingerprint_low(known.fingerprint_low);
      columns.add_kind_id(number_of(known.kind));
      columns.add_version(known.version);
      if (auto done = to.end_entry(39); !done)
        return done;
    }
    return to.flush();
  }

  result<void> tombstones() {
    section<pb::SnapshotTombstones> to{snapshot_section::tombstones, sink_};
    result<void> done;
    state_.incoming.gone().for_each([&](const tombstones::entry& gone) {
      if (!done)
        return;
      to.columns().add_uid_high(gone.id.high);
      to.columns().add_uid_low(gone.id.low);
      to.columns().add_version(gone.version);
      to.columns().add_kind_id(number_of(gone.kind));
      done = to.end_entry(22);
    });
    return done ? to.flush() : done;
  }

  result<void> nodes() {
    section<pb::SnapshotNodes> to{snapshot_section::nodes, sink_};
    for (const auto* entry : in_order(state_.nodes.nodes())) {
      const auto& [name, node] = *entry;
      auto& columns = to.columns();
      columns.add_name_id(number_of(name));
      columns.add_uid_high(node.id.high);
      columns.add_uid_low(node.id.low);
      columns.add_architecture_id(number_of(node.architecture));
      columns.add_os_id(number_of(node.os));
      columns.add_resource_version(node.resource_version);
      if (auto done = to.end_entry(28); !done)
        return done;
    }
    return to.flush();
  }

  result<void> workloads() {
    section<pb::SnapshotWorkloads> to{snapshot_section::workloads, sink_};
    for (const auto* entry : in_order(state_.workloads.workloads())) {
      const auto& [id, workload] = *entry;
      const auto& above = workload.controller;
      auto& columns = to.columns();
      columns.add_uid_high(id.high);
      columns.add_uid_low(id.low);
      columns.add_kind_id(number_of(workload.kind));
      columns.add_api_version_id(number_of(workload.api_version));
      columns.add_namespace_id(number_of(workload.name_space));
      columns.add_name_length(length_of(workload.name));
      columns.add_controller_uid_high(above.id.high);
      columns.add_controller_uid_low(above.id.low);
      columns.add_controller_kind_id(number_of(above.kind));
      columns.add_controller_api_version_id(number_of(above.api_version));
      columns.add_controller_name_length(length_of(above.name));
      to.add_text(workload.name);
      to.add_text(above.name);
      if (auto done = to.end_entry(44); !done)
        return done;
    }
    return to.flush();
  }

  result<void> positions() {
    section<pb::SnapshotPositions> to{snapshot_section::positions, sink_};
    for (const auto* entry : in_order(state_.positions.by_kind())) {
      const auto& [kind, position] = *entry;
      auto& columns = to.columns();
      columns.add_kind_id(number_of(kind.name));
      columns.add_api_version_id(number_of(kind.api_version));
      columns.add_resource_version_length(length_of(position.resource_version));
      columns.add_listed_at_ms(position.listed_at_ms);
      columns.add_listed_items(position.listed_items);
      to.add_text(position.resource_version);
      if (auto done = to.end_entry(16); !done)
        return done;
    }
    return to.flush();
  }

  result<void> owners() {
    section<pb::SnapshotOwners> to{snapshot_section::owners, sink_};
    const auto& owners = state_.placed.owners();
    for (owner_index i = 0; i < owners.size(); ++i) {
      if (!owners.is_held(i))
        continue;
      const auto& each = owners[i];
      auto& columns = to.columns();
      columns.add_uid_high(each.id.high);
      columns.add_uid_low(each.id.low);
      columns.add_kind_id(number_of(each.kind));
      columns.add_namespace_id(number_of(each.name_space));
      columns.add_name_length(length_of(each.name));
      columns.add_number(i);
      columns.add_api_version_id(number_of(each.api_version));
      columns.add_cluster_scoped(owners.is_cluster_scoped(i));
      to.add_text(each.name);
      if (auto done = to.end_entry(29); !done)
        return done;
    }
    return to.flush();
  }

  void add_image(pb::SnapshotImages& to, const image_state& image, const image_directory::entry& entry) {
    to.add_image_id_id(number_of(image.key().image_id));
    to.add_architecture_id(number_of(image.key().architecture));
    to.add_name_id(number_of(image.key().name));
    const auto& reported = image_snapshot::reported(image);
    to.add_os_id(number_of(reported.os));
    to.add_runtime_id(number_of(reported.runtime));
    const auto& left = image_snapshot::left(image);
    to.add_left_os_id(number_of(left.said.os));
    to.add_left_runtime_id(number_of(left.said.runtime));
    to.add_left_certain(left.certain);
    const auto& scan = image.scan();
    to.add_scan_flags((scan.scanned ? 1u : 0u) | (scan.image_private ? 2u : 0u));
    to.add_failures(scan.failures);
    to.add_error_length(length_of(scan.last_error));
    to.add_next_scan_at_ms(scan.next_scan_at_ms);
    to.add_scanned_at_ms(scan.scanned_at_ms);
    to.add_first_seen_at_ms(image.first_seen_at_ms());
    to.add_owner_changed_at_ms(image.owner_changed_at_ms());
    to.add_resources_updated_at_ms(image.resources_updated_at_ms());
    to.add_last_remote_sync_at_ms(image.last_remote_sync_at_ms());
    to.add_owner_version(image.owner_version());
    to.add_acknowledged_version(image.acknowledged_version());
    to.add_idle_since_ms(entry.pods == 0 ? entry.idle_since_ms : 0);
    to.add_pods(entry.pods);
    to.add_owners(static_cast<std::uint32_t>(image.owners().size()));
  }

  result<void> images() {
    section<pb::SnapshotImages> to{snapshot_section::images, sink_};
    const auto& directory = state_.placed.images();
    for (image_index i = 0; i < directory.size(); ++i) {
      if (!directory[i].live)
        continue;
      add_image(to.columns(), state_.images[i], directory[i]);
      to.add_text(state_.images[i].scan().last_error);
      if (auto done = to.end_entry(80); !done)
        return done;
    }
    return to.flush();
  }

  void add_pod(pb::SnapshotPods& to, const uid& id, const placements::pod& pod) {
    to.add_uid_high(id.high);
    to.add_uid_low(id.low);
    to.add_namespace_id(number_of(pod.name_space));
    to.add_name_length(length_of(pod.name));
    to.add_node_id(number_of(pod.node));
    to.add_architecture_id(number_of(pod.runs_on.architecture));
    to.add_os_id(number_of(pod.runs_on.os));
    to.add_state(static_cast<std::uint32_t>(pod.phase) | (pod.runs_on.certain ? 8u : 0u) |
                 (pod.owner_certain ? 16u : 0u) | (pod.place != pods_below::no_place ? 32u : 0u));
    to.add_controller_uid_high(pod.controller.high);
    to.add_controller_uid_low(pod.controller.low);
    to.add_owner(pod.owner);
    to.add_images(static_cast<std::uint32_t>(pod.containers.size()));
    if (!pod.owner_certain) {
      const auto parent = state_.placed.waiting_on(id);
      to.add_waiting_uid_high(parent.high);
      to.add_waiting_uid_low(parent.low);
    }
    for (const auto& placed : pod.containers) {
      to.add_placed_image(image_numbers_[placed.image]);
      to.add_placed_runtime_id(number_of(placed.runtime));
      to.add_placed_name_id(number_of(placed.name));
      to.add_placed_run(placed.run);
    }
  }

  result<void> pods() {
    section<pb::SnapshotPods> to{snapshot_section::pods, sink_};
    for (const auto* entry : in_order(state_.placed.pods())) {
      const auto& [id, pod] = *entry;
      add_pod(to.columns(), id, pod);
      to.add_text(pod.name);
      if (auto done = to.end_entry(64 + 11 * pod.containers.size()); !done)
        return done;
    }
    return to.flush();
  }

  const cluster_state& state_;
  const snapshot_sink& sink_;
  // Every table has the well-known strings by itself.
  static constexpr std::uint32_t first_string = well_known::texts.size();
  const std::uint32_t strings_end_;
  std::vector<std::uint32_t> image_numbers_; ///< live index to the snapshot's
  std::uint32_t owners_live_ = 0;
  std::uint32_t images_live_ = 0;
};

} // namespace

result<void> encode_snapshot(const cluster_state& state, const snapshot_sink& sink) {
  return encoder{state, sink}.run();
}

} // namespace tallyman
