#pragma once

#include "tally/history/history_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace tallyman::testing {

/// A history as its definition has it: the whole state before and after every single fact, compared as text.
class naive_history {
public:
  using key = std::tuple<std::string, std::string, std::string>; ///< image_id, architecture, name

  struct asked {
    std::string image; ///< a part of a name or an image_id; empty: none
    std::string owner; ///< KIND/NAMESPACE/NAME; empty: any
  };

  naive_history(const cluster_state& state, asked wanted)
      : state_(state), wanted_(std::move(wanted)), before_(look()) {
    for (const auto& [image, now] : before_) {
      tell(image, "present");
      for (const auto& owner : now.owners)
        tell(image, "owned", owner);
    }
  }

  /// `state` has taken in one more fact, of `batch`.
  void after(const fact_batch& batch) {
    const auto now = look();
    for (const auto& [image, old] : before_)
      if (!now.contains(image))
        tell(image, "forgotten");
    for (const auto& [image, each] : now) {
      const auto known = before_.find(image);
      const bool reborn = known != before_.end() && known->second.owners.empty() && !each.owners.empty() &&
                          each.owner_version <= known->second.owner_version;
      if (reborn)
        tell(image, "forgotten");
      compare(image, known == before_.end() || reborn ? nullptr : &known->second, each, batch);
    }
    before_ = now;
  }

  std::vector<std::string> lines() const { return lines_; }

  static std::string line(std::uint64_t sequence, std::int64_t time_ms, const key& image,
                          std::string_view what, const std::string& owner, const std::string& scan) {
    return fmt::format("{} {} {}/{}/{} {} [{}] [{}]", sequence, time_ms, std::get<0>(image),
                       std::get<1>(image), std::get<2>(image), what, owner, scan);
  }

  /// Of an owner that belongs to no namespace, the one that it is shown in comes and goes with its pods.
  static std::string owner_line(const owner& who, const string_table& strings) {
    const auto kind = strings.text(who.kind);
    return fmt::format("{}/{}/{} {}", kind, kind == "Tenant" ? "" : strings.text(who.name_space), who.name,
                       to_string(who.id, strings));
  }

private:
  struct seen {
    std::set<std::string> owners;
    scan_state scan;
    std::uint64_t owner_version = 0;
  };

  std::map<key, seen> look() const {
    std::map<key, seen> all;
    const auto& directory = state_.placed.images();
    for (image_index i = 0; i < directory.size(); ++i) {
      if (!directory[i].live)
        continue;
      const auto& image = state_.images[i];
      auto& here = all[{text(image.key().image_id), text(image.key().architecture), text(image.key().name)}];
      here.scan = image.scan();
      here.owner_version = image.owner_version();
      for (const auto& [index, pods] : image.owners())
        here.owners.insert(owner_line(state_.placed.owners()[index], *state_.strings));
    }
    return all;
  }

  void compare(const key& image, const seen* old, const seen& now, const fact_batch& batch) {
    static const std::set<std::string> nobody;
    const auto& owners_before = old == nullptr ? nobody : old->owners;
    if (owners_before.empty() && !now.owners.empty())
      tell(image, old == nullptr ? "appeared" : "returned");
    for (const auto& owner : now.owners)
      if (!owners_before.contains(owner))
        tell(image, "owner-gained", owner);
    for (const auto& owner : owners_before)
      if (!now.owners.contains(owner))
        tell(image, "owner-lost", owner);
    if (!owners_before.empty() && now.owners.empty())
      tell(image, "gone");
    const auto* scan = std::get_if<scan_finished>(&batch.facts.front().body);
    if (scan != nullptr) {
      if (digest_of(text(scan->image_id)) == digest_of(std::get<0>(image)) &&
          text(scan->architecture) == std::get<1>(image))
        tell(image,
             scan->outcome == scan_outcome::succeeded ? "scanned"
             : scan->outcome == scan_outcome::failed  ? "scan-failed"
                                                      : "scan-refused",
             "", scan_line(now.scan));
    } else if (now.scan.scanned && (old == nullptr || !old->scan.scanned)) {
      tell(image, "scanned-before", "", scan_line(now.scan));
    }
  }

  static std::string scan_line(const scan_state& scan) {
    return fmt::format("{} {} {}", scan.failures, scan.next_scan_at_ms, scan.last_error);
  }

  void tell(const key& image, std::string_view what, const std::string& owner = "",
            const std::string& scan = "") {
    const bool of_owner = !wanted_.owner.empty();
    if (of_owner && !owner.starts_with(wanted_.owner + ' '))
      return;
    if (!of_owner && std::get<0>(image).find(wanted_.image) == std::string::npos &&
        std::get<2>(image).find(wanted_.image) == std::string::npos)
      return;
    lines_.push_back(line(state_.sequence, state_.time_ms, image, what, owner, scan));
  }

  std::string text(string_id id) const { return std::string{state_.strings->text(id)}; }

  const cluster_state& state_;
  asked wanted_;
  std::map<key, seen> before_;
  std::vector<std::string> lines_;
};

} // namespace tallyman::testing
