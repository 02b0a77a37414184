#include "views/inventory_view.hpp"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace tallyman {

namespace {

/// Turns one image after the other into a row.
class row_maker {
public:
  row_maker(const cluster_state& state, std::int64_t now_ms) : state_(state), now_ms_(now_ms) {}

  image_row of_image(image_index index) const {
    const auto& image = state_.images[index];
    auto row = of_key(index, image.key());
    row.os = text(image.os(state_.rules(), *state_.strings));
    row.runtime = text(image.runtime(state_.rules(), *state_.strings));
    row.platform_provisional = image.platform_provisional(state_.rules());
    row.scan_state = to_string(image.stage(now_ms_));
    row.failures = image.scan().failures;
    row.last_error = image.scan().last_error;
    row.next_scan_at_ms = image.scan().next_scan_at_ms;
    row.scanned_at_ms = image.scan().scanned_at_ms;
    row.first_seen_at_ms = image.first_seen_at_ms();
    row.last_seen_at_ms =
        image.owners().empty() ? state_.placed.images()[index].idle_since_ms : state_.time_ms;
    row.owner_changed_at_ms = image.owner_changed_at_ms();
    std::map<owner_index, owner_row> owners;
    for (const auto& [id, part] : image.pods())
      add_pod(owners, id, part.owner, part.owner_certain);
    take_owners(row, owners);
    return row;
  }

  /// An image that was set aside has lost its state; what it runs in is known from the pods.
  image_row of_quarantined(const quarantined_image& aside) const {
    auto row = of_key(aside.image, state_.placed.images()[aside.image].key);
    row.scan_state = "quarantined";
    row.last_error = aside.reason;
    row.last_seen_at_ms = state_.time_ms;
    row.platform_provisional = true;
    std::map<owner_index, owner_row> owners;
    for (const auto& [id, pod] : state_.placed.pods()) {
      // clang 14, which lints, does not capture structured bindings by itself.
      pod.for_each_image([&, &id = id, &pod = pod](const placed_container& placed) {
        if (placed.image != aside.image)
          return;
        add_pod(owners, id, pod.owner, pod.owner_certain);
        row.os = text(pod.runs_on.os);
        row.runtime = text(placed.runtime);
        row.platform_provisional = row.platform_provisional && !pod.runs_on.certain;
      });
    }
    take_owners(row, owners);
    return row;
  }

private:
  std::string text(string_id id) const { return std::string{state_.strings->text(id)}; }

  image_row of_key(image_index index, const image_key& key) const {
    image_row row;
    row.index = index;
    row.image_id = text(key.image_id);
    row.architecture = text(key.architecture);
    row.name = text(key.name);
    return row;
  }

  void add_pod(std::map<owner_index, owner_row>& owners, const uid& id, owner_index index,
               bool certain) const {
    const auto [found, is_new] = owners.try_emplace(index);
    auto& row = found->second;
    if (is_new) {
      const auto& owner = state_.placed.owners()[index];
      row.kind = text(owner.kind);
      row.api_version = text(owner.api_version);
      row.name_space = text(owner.name_space);
      row.name = owner.name;
      row.uid = to_string(owner.id, *state_.strings);
      row.provisional = true;
    }
    row.provisional = row.provisional && !certain;
    row.pods.push_back(to_string(id, *state_.strings));
    if (row.name_space.empty())
      row.pod_name_spaces.insert(text(state_.placed.pods().at(id).name_space));
  }

  static void take_owners(image_row& row, std::map<owner_index, owner_row>& owners) {
    for (auto& [index, owner] : owners) {
      std::sort(owner.pods.begin(), owner.pods.end());
      row.owners.push_back(std::move(owner));
    }
    std::sort(row.owners.begin(), row.owners.end(),
              [](const owner_row& a, const owner_row& b) { return a.uid < b.uid; });
  }

  const cluster_state& state_;
  std::int64_t now_ms_;
};

auto sort_key(const image_row& row) {
  return std::tie(row.image_id, row.architecture, row.name);
}

} // namespace

std::size_t image_row::pod_count() const noexcept {
  std::size_t count = 0;
  for (const auto& owner : owners)
    count += owner.pods.size();
  return count;
}

inventory_view make_inventory(const cluster_view& view, std::string cluster, std::int64_t now_ms,
                              idle_images idle) {
  inventory_view inventory;
  inventory.cluster = std::move(cluster);
  inventory.sequence = view.state.sequence;
  inventory.at_ms = view.state.time_ms;
  const row_maker rows{view.state, now_ms};
  absl::flat_hash_set<image_index> aside;
  for (const auto& each : view.quarantined) {
    aside.insert(each.image);
    inventory.images.push_back(rows.of_quarantined(each));
  }
  const auto& directory = view.state.placed.images();
  for (image_index index = 0; index < view.state.images.size(); ++index)
    if (directory[index].live && !aside.contains(index))
      inventory.images.push_back(rows.of_image(index));
  if (idle == idle_images::left_out)
    std::erase_if(inventory.images, [](const image_row& row) { return row.owners.empty(); });
  std::sort(inventory.images.begin(), inventory.images.end(),
            [](const image_row& a, const image_row& b) { return sort_key(a) < sort_key(b); });
  // They sort in front of all others.
  const auto first = std::find_if(inventory.images.begin(), inventory.images.end(),
                                  [](const image_row& row) { return !row.image_id.empty(); });
  inventory.without_digest.assign(std::move_iterator{inventory.images.begin()}, std::move_iterator{first});
  inventory.images.erase(inventory.images.begin(), first);
  return inventory;
}

bool inventory_filter::matches_owner(const image_row& image) const {
  const auto is_owner = [this](const owner_row& row) {
    return (!owner || owner->matches(row.kind, row.api_version, row.name_space, row.name)) &&
           (name_space.empty() || row.name_space == name_space || row.pod_name_spaces.contains(name_space));
  };
  return (!owner && name_space.empty()) || std::any_of(image.owners.begin(), image.owners.end(), is_owner);
}

bool inventory_filter::matches(const image_row& image) const {
  return (!pending || image.pending()) && matches_owner(image);
}

void keep_matching(inventory_view& inventory, const inventory_filter& filter) {
  for (auto* const rows : {&inventory.images, &inventory.without_digest})
    std::erase_if(*rows, [&](const image_row& row) { return !filter.matches(row); });
}

void order_by_urgency(inventory_view& inventory) {
  const auto could_be_scanned_since = [](const image_row& row) {
    return row.next_scan_at_ms != 0 ? row.next_scan_at_ms : row.first_seen_at_ms;
  };
  std::stable_sort(inventory.images.begin(), inventory.images.end(),
                   [&](const image_row& a, const image_row& b) {
                     return std::tuple{a.failures, could_be_scanned_since(a)} <
                            std::tuple{b.failures, could_be_scanned_since(b)};
                   });
}

inventory_totals totals_of(const inventory_view& inventory) {
  absl::flat_hash_set<std::string_view> owners;
  absl::flat_hash_set<std::string_view> pods;
  for (const auto& image : inventory.images)
    for (const auto& owner : image.owners) {
      owners.insert(owner.uid);
      pods.insert(owner.pods.begin(), owner.pods.end());
    }
  return {owners.size(), pods.size()};
}

} // namespace tallyman
