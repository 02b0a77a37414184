#include "tally/snapshot/digest.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <compare>
#include <string_view>
#include <vector>

namespace tallyman {

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are spelled as they lie in memory");

struct hash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend auto operator<=>(const hash&, const hash&) = default;
};

/// What is hashed for one component: numbers of fixed width and texts behind their length, so that no two
/// components can be spelled alike.
class spelling {
public:
  spelling& number(std::uint64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }

  spelling& time(std::int64_t ms) { return number(static_cast<std::uint64_t>(ms)); }
  spelling& flag(bool value) { return number(value ? 1 : 0); }

  spelling& text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
    return *this;
  }

  spelling& part(const hash& value) { return number(value.high).number(value.low); }

  /// Hashes what was spelled, and starts anew.
  hash finish() {
    const auto value = XXH3_128bits(bytes_.data(), bytes_.size());
    bytes_.clear();
    return {value.high64, value.low64};
  }

private:
  std::string bytes_;
};

/// Of a set: the order in which it is walked does not matter.
hash hash_of_set(std::vector<hash>& parts) {
  std::sort(parts.begin(), parts.end());
  const auto value = XXH3_128bits(parts.data(), parts.size() * sizeof(hash));
  return {value.high64, value.low64};
}

class state_digest {
public:
  state_digest(const cluster_state& state, digest_scope scope)
      : state_(state), strings_(*state.strings), with_times_(scope == digest_scope::everything) {}

  std::string compute() {
    hash_owners();
    spelling whole;
    whole.part(images()).part(pods()).part(nodes()).part(workloads()).part(positions()).part(gone_objects());
    whole.number(state_.placed.images().grace_ms());
    // A journal of the first rules has the digest that it had in the releases of those.
    if (state_.rules() != tally_rules::first)
      whole.number(static_cast<std::uint64_t>(state_.rules())).text(state_.workloads.followed());
    if (with_times_)
      whole.time(state_.time_ms);
    const auto value = whole.finish();
    return fmt::format("{:016x}{:016x}", value.high, value.low);
  }

private:
  std::string_view text(string_id id) const { return strings_.text(id); }

  spelling& spell_uid(spelling& to, const uid& id) const {
    if (const auto part = interned_part(id); part != string_id::empty)
      return to.number(1).text(text(part));
    return to.number(0).number(id.high).number(id.low);
  }

  spelling& spell_time(spelling& to, std::int64_t ms) const { return with_times_ ? to.time(ms) : to; }

  void hash_owners() {
    const auto& owners = state_.placed.owners();
    owners_.resize(owners.size());
    for (owner_index i = 0; i < owners.size(); ++i) {
      if (!owners.is_held(i))
        continue;
      const auto& each = owners[i];
      spelling to;
      to.text(text(each.kind)).text(text(each.name_space)).text(each.name);
      owners_[i] = spell_uid(to, each.id).finish();
    }
  }

  hash memberships(const image_state& image) {
    std::vector<hash> parts;
    parts.reserve(image.pods().size());
    spelling to;
    for (const auto& [id, member] : image.pods())
      parts.push_back(spell_uid(to, id)
                          .part(owners_[member.owner])
                          .flag(member.owner_certain)
                          .flag(member.platform_certain)
                          .finish());
    return hash_of_set(parts);
  }

  hash owner_counts(const image_state& image) {
    std::vector<hash> parts;
    spelling to;
    for (const auto& [owner, pods] : image.owners())
      parts.push_back(to.part(owners_[owner]).number(pods).finish());
    return hash_of_set(parts);
  }

  void spell_key(spelling& to, const image_key& key) const {
    to.text(text(key.image_id)).text(text(key.architecture)).text(text(key.name));
  }

  void spell_scan(spelling& to, const scan_state& scan) const {
    to.flag(scan.scanned).flag(scan.image_private).number(scan.failures).text(scan.last_error);
    spell_time(to, scan.next_scan_at_ms);
    spell_time(to, scan.scanned_at_ms);
  }

  hash image(const image_state& each, const image_directory::entry& entry) {
    spelling to;
    spell_key(to, each.key());
    const auto rules = state_.rules();
    to.text(text(each.os(rules, strings_))).text(text(each.runtime(rules, strings_)));
    to.part(memberships(each)).part(owner_counts(each)).number(entry.pods);
    to.flag(each.platform_provisional(rules));
    spell_scan(to, each.scan());
    to.number(each.owner_version()).number(each.acknowledged_version());
    for (const auto ms : {each.first_seen_at_ms(), each.owner_changed_at_ms(), each.resources_updated_at_ms(),
                          each.last_remote_sync_at_ms(), entry.pods == 0 ? entry.idle_since_ms : 0})
      spell_time(to, ms);
    const auto& directory = state_.placed.images();
    spell_time(to, directory.scan_of(directory.identity_of(each.key())).scanned_at_ms);
    return to.finish();
  }

  hash images() {
    const auto& directory = state_.placed.images();
    std::vector<hash> parts;
    for (image_index i = 0; i < directory.size(); ++i)
      if (directory[i].live)
        parts.push_back(image(state_.images[i], directory[i]));
    return hash_of_set(parts);
  }

  hash pod(const uid& id, const placements::pod& each) {
    spelling to;
    spell_uid(to, id).text(text(each.name_space)).text(each.name).text(text(each.node));
    to.text(text(each.runs_on.architecture)).text(text(each.runs_on.os)).flag(each.runs_on.certain);
    spell_uid(spell_uid(to, each.controller), state_.placed.waiting_on(id));
    to.part(owners_[each.owner]).number(static_cast<std::uint64_t>(each.phase));
    std::uint64_t images = 0;
    each.for_each_image([&](const placed_container&) { ++images; });
    to.number(images);
    each.for_each_image([&](const placed_container& placed) {
      spell_key(to, state_.placed.images()[placed.image].key);
      to.text(text(placed.runtime));
    });
    if (state_.rules() != tally_rules::first)
      for (const auto& placed : each.containers)
        to.text(text(placed.name)).number(placed.run);
    return to.finish();
  }

  hash pods() {
    std::vector<hash> parts;
    for (const auto& [id, each] : state_.placed.pods())
      parts.push_back(pod(id, each));
    return hash_of_set(parts);
  }

  hash nodes() {
    std::vector<hash> parts;
    spelling to;
    for (const auto& [name, each] : state_.nodes.nodes()) {
      spell_uid(to, each.id).text(text(name)).text(text(each.architecture)).text(text(each.os));
      // Trackers that came to the cluster at different times know different ones.
      parts.push_back(to.number(with_times_ ? each.resource_version : 0).finish());
    }
    return hash_of_set(parts);
  }

  hash workloads() {
    std::vector<hash> parts;
    spelling to;
    for (const auto& [id, each] : state_.workloads.workloads()) {
      const auto& above = each.controller;
      spell_uid(to, id).text(text(each.kind)).text(text(each.api_version));
      to.text(text(each.name_space)).text(each.name);
      spell_uid(to, above.id).text(text(above.kind)).text(text(above.api_version)).text(above.name);
      parts.push_back(to.finish());
    }
    return hash_of_set(parts);
  }

  hash positions() {
    std::vector<hash> parts;
    spelling to;
    for (const auto& [kind, each] : state_.positions.by_kind()) {
      to.text(text(kind.name))
          .text(text(kind.api_version))
          .text(each.resource_version)
          .number(each.listed_items);
      parts.push_back(spell_time(to, each.listed_at_ms).finish());
    }
    return hash_of_set(parts);
  }

  // Their age decides which is forgotten first, so it belongs to "everything".
  hash gone_objects() {
    std::vector<hash> parts;
    spelling to;
    std::int64_t age = 0;
    state_.incoming.gone().for_each([&](const tombstones::entry& gone) {
      parts.push_back(spell_time(spell_uid(to, gone.id), age++).finish());
    });
    return hash_of_set(parts);
  }

  const cluster_state& state_;
  const string_table& strings_;
  const bool with_times_;
  std::vector<hash> owners_; ///< by owner index
};

} // namespace

std::string digest(const cluster_state& state, digest_scope scope) {
  return state_digest{state, scope}.compute();
}

} // namespace tallyman
