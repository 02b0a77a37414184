#include "tally/intake.hpp"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <initializer_list>
#include <variant>

namespace tallyman {

namespace {

std::uint64_t pair_up(string_id a, string_id b) {
  return std::uint64_t{static_cast<std::uint32_t>(a)} << 32 | static_cast<std::uint32_t>(b);
}

} // namespace

intake::intake(string_table& strings, std::uint64_t seed)
    : strings_(&strings), pod_kind_(strings.intern("Pod")), node_kind_(strings.intern("Node")), seed_(seed) {}

void intake::prefetch(const fact& candidate, std::size_t ahead) const {
  const auto* const id = object_of(candidate.body);
  if (id == nullptr)
    return;
  gone_.prefetch(*id);
  objects_.prefetch(*id);
  gone_.prefetch_displaced(ahead);
}

// -- one fact -------------------------------------------------------------------------------------

namespace {

/// resourceVersions of one object, as far as both are numbers.
bool is_older(std::uint64_t version, std::uint64_t known) {
  return version != 0 && version < known;
}

} // namespace

/// Takes one fact in: judged, or, if it stands in the journal, unseen.
class intake::taking {
public:
  taking(intake& into, const fact_batch& batch, bool is_judged)
      : into_(into), batch_(batch), is_judged_(is_judged) {}

  verdict operator()(const pod_observed& pod) { return observe(pod, {into_.pod_kind_, {}}); }
  verdict operator()(const node_observed& node) { return observe(node, {into_.node_kind_, {}}); }
  verdict operator()(const workload_observed& workload) {
    return observe(workload, {workload.kind, workload.api_version});
  }
  verdict operator()(const pod_gone& pod) { return end(pod, into_.pod_kind_); }
  verdict operator()(const node_gone& node) { return end(node, into_.node_kind_); }
  verdict operator()(const workload_gone& workload) { return end(workload, workload.kind); }
  verdict operator()(const list_synced& list) {
    into_.gone_.lower(list.kind, version_number(batch_.text(list.resource_version)));
    return verdict::admitted;
  }
  verdict operator()(const settings_changed& settings) {
    if (settings.list_anew)
      into_.list_anew();
    return verdict::admitted;
  }
  verdict operator()(const bookmarked&) { return verdict::admitted; }
  verdict operator()(const scan_finished&) { return verdict::admitted; }
  verdict operator()(const remote_answered&) { return verdict::admitted; }
  verdict operator()(const remote_acknowledged&) { return verdict::admitted; }

private:
  template <class Observed>
  verdict observe(const Observed& seen, object_kind kind) {
    const auto version = seen.resource_version;
    const auto* const list = into_.open_lists_.empty() ? nullptr : into_.find_list(kind);
    const bool can_be_late = is_judged_ && list == nullptr;
    const auto [found, is_new] = into_.objects_.try_emplace(seen.id);
    auto& known = found->second;
    bool was_gone = false;
    if (is_new) {
      const auto* const end = into_.gone_.find(seen.id);
      was_gone = end != nullptr;
      // As of its end it is gone: an event of that very version came before it.
      const bool is_late = was_gone && can_be_late && version != 0 && version <= end->version;
      if (is_late || !take_name(seen, known)) {
        into_.objects_.erase(found);
        return is_late ? verdict::late : verdict::displaces;
      }
      if (was_gone)
        into_.gone_.remove(seen.id);
    } else if (can_be_late && is_older(version, known.version)) {
      return verdict::late;
    }
    if (list != nullptr)
      known.list = list->number & list_number_max;
    const auto spelled = into_.spell(batch_, seen);
    const auto hash =
        XXH3_128bits_withSeed(into_.words_.data(), spelled * sizeof(into_.words_[0]), into_.seed_);
    // A list that is older than what is known says so even if it says nothing else: the server's state was
    // restored, and gives the versions in between anew.
    const bool says_nothing_new = !is_new && is_judged_ && known.fingerprint_high == hash.high64 &&
                                  known.fingerprint_low == hash.low64 && !is_older(version, known.version);
    if (version != 0)
      known.version = version;
    if (says_nothing_new)
      return verdict::no_op;
    known.fingerprint_high = hash.high64;
    known.fingerprint_low = hash.low64;
    known.kind = kind.name;
    known.api_version = kind.api_version;
    return was_gone ? verdict::returned : verdict::admitted;
  }

  /// False if another object has the name, and was not ended yet.
  template <class Observed>
  bool take_name(const Observed& seen, object& known) {
    const auto name = into_.name_of(batch_, seen);
    if (!name)
      return true;
    const auto holder = into_.names_.holder_of(*name);
    if (is_judged_ && !holder.empty() && holder != seen.id) {
      into_.displaced_ = end_of(holder, seen);
      return false;
    }
    into_.names_.hold(*name, seen.id);
    known.has_name = true;
    return true;
  }

  static fact_body end_of(const uid& holder, const pod_observed& next) {
    return pod_gone{holder, next.resource_version, gone_reason::replaced};
  }
  static fact_body end_of(const uid& holder, const node_observed& next) {
    return node_gone{holder, next.name, next.resource_version, gone_reason::replaced};
  }
  static fact_body end_of(const uid&, const workload_observed&) { return {}; }

  template <class Gone>
  verdict end(const Gone& gone, string_id kind) {
    const auto known = into_.objects_.find(gone.id);
    if (is_judged_ && known != into_.objects_.end() && gone.reason == gone_reason::deleted &&
        is_older(gone.resource_version, known->second.version))
      return verdict::late;
    if (known != into_.objects_.end()) {
      if (known->second.has_name)
        into_.names_.release(gone.id);
      into_.objects_.erase(known);
    } else if (into_.gone_.contains(gone.id)) {
      return verdict::no_op;
    }
    into_.gone_.bury(gone.id, kind, gone.resource_version);
    return verdict::admitted;
  }

  intake& into_;
  const fact_batch& batch_;
  bool is_judged_;
};

intake::verdict intake::admit(const fact_batch& batch, const fact& candidate) {
  return std::visit(taking{*this, batch, true}, candidate.body);
}

void intake::remember(const fact_batch& batch, const fact& known) {
  std::visit(taking{*this, batch, false}, known.body);
}

// Nothing that was seen before the settings counts as seen under them.
void intake::list_anew() {
  for (auto& [id, known] : objects_)
    known.fingerprint_high = known.fingerprint_low = 0;
}

// -- names ----------------------------------------------------------------------------------------

object_names::name_hash intake::node_name(string_id name) const {
  return object_names::hash_of(node_kind_, {}, strings_->text(name), seed_);
}

intake::reusable_name intake::name_of(const fact_batch& batch, const pod_observed& pod) const {
  const auto name = batch.text(pod.name);
  if (name.empty() || (!pod.controller.empty() && is_drawn_name(name)))
    return std::nullopt;
  return object_names::hash_of(pod_kind_, pod.name_space, name, seed_);
}

intake::reusable_name intake::name_of(const fact_batch&, const node_observed& node) const {
  return node_name(node.name);
}

// -- lists ----------------------------------------------------------------------------------------

bool intake::same_kind(object_kind a, object_kind b) const {
  return a.name == b.name && (a.api_version == b.api_version || group_of(strings_->text(a.api_version)) ==
                                                                    group_of(strings_->text(b.api_version)));
}

const intake::open_list* intake::find_list(object_kind kind) const {
  const auto open = std::find_if(open_lists_.begin(), open_lists_.end(),
                                 [&](const open_list& each) { return same_kind(each.kind, kind); });
  return open == open_lists_.end() ? nullptr : &*open;
}

void intake::begin_list(object_kind kind) {
  std::erase_if(open_lists_, [&](const open_list& open) { return same_kind(open.kind, kind); });
  last_list_ = (last_list_ + 1) & list_number_max;
  open_lists_.push_back({kind, last_list_});
}

std::vector<fact_body> intake::end_list(object_kind kind, std::uint64_t version) {
  const auto* const open = find_list(kind);
  if (open == nullptr)
    return {};
  std::vector<uid> missing;
  for (const auto& [id, known] : objects_)
    if (known.list != open->number && same_kind({known.kind, known.api_version}, kind))
      missing.push_back(id);
  std::erase_if(open_lists_, [&](const open_list& each) { return same_kind(each.kind, kind); });
  std::sort(missing.begin(), missing.end());
  std::vector<fact_body> ends;
  ends.reserve(missing.size());
  for (const auto& id : missing)
    ends.push_back(gone_by_relist(id, kind, version));
  return ends;
}

fact_body intake::gone_by_relist(const uid& id, object_kind kind, std::uint64_t version) const {
  const bool is_core = group_of(strings_->text(kind.api_version)).empty();
  if (is_core && kind.name == pod_kind_)
    return pod_gone{id, version, gone_reason::relist};
  if (is_core && kind.name == node_kind_)
    return node_gone{id, string_id::empty, version, gone_reason::relist};
  return workload_gone{id, kind.name, version, gone_reason::relist, kind.api_version};
}

std::uint64_t version_number(std::string_view journaled) {
  const auto text = journaled.substr(0, journaled.find(' '));
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? number : 0;
}

// -- fingerprints ---------------------------------------------------------------------------------

namespace {

constexpr std::size_t words_for(std::string_view text) {
  return 1 + (text.size() + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
}

/// Writes the words of a projection into memory that is large enough.
struct speller {
  std::uint64_t* at;

  void words(std::initializer_list<std::uint64_t> values) {
    at = std::copy(values.begin(), values.end(), at);
  }

  // Behind its length, so that no two runs of texts can be spelled alike; zeros fill the last word.
  void text(std::string_view value) {
    const auto count = words_for(value);
    *at = value.size();
    if (count > 1) {
      at[count - 1] = 0;
      std::memcpy(at + 1, value.data(), value.size());
    }
    at += count;
  }

  void controller(const fact_batch& batch, const controller_ref& ref) {
    words({ref.id.high, ref.id.low, pair_up(ref.kind, ref.api_version)});
    text(batch.text(ref.name));
  }
};

speller start_of(std::vector<std::uint64_t>& words, std::size_t most) {
  if (words.size() < most)
    words.resize(most);
  return {words.data()};
}

std::size_t length_of(const std::vector<std::uint64_t>& words, const speller& end) {
  return static_cast<std::size_t>(end.at - words.data());
}

} // namespace

std::size_t intake::spell(const fact_batch& batch, const pod_observed& pod) {
  constexpr std::size_t fixed = 8, words_per_container = 3;
  const auto name = batch.text(pod.name);
  auto to = start_of(words_, fixed + words_for(name) + words_for(batch.text(pod.controller.name)) +
                                 words_per_container * pod.containers.length);
  to.words({pair_up(pod.name_space, pod.node), static_cast<std::uint64_t>(pod.phase),
            static_cast<std::uint64_t>(pod.deleting)});
  to.text(name);
  to.controller(batch, pod.controller);
  for (auto* c = batch.begin_of(pod.containers); c != batch.end_of(pod.containers); ++c)
    to.words({pair_up(c->name, c->image), pair_up(c->image_id, c->runtime),
              static_cast<std::uint64_t>(c->list) | std::uint64_t{c->instance} << 32});
  return length_of(words_, to);
}

std::size_t intake::spell(const fact_batch&, const node_observed& node) {
  auto to = start_of(words_, 2);
  to.words({pair_up(node.name, node.architecture), pair_up(node.os, string_id::empty)});
  return length_of(words_, to);
}

std::size_t intake::spell(const fact_batch& batch, const workload_observed& workload) {
  constexpr std::size_t fixed = 8;
  const auto name = batch.text(workload.name);
  auto to = start_of(words_, fixed + words_for(name) + words_for(batch.text(workload.controller.name)));
  to.words({pair_up(workload.kind, workload.api_version), pair_up(workload.name_space, string_id::empty)});
  to.text(name);
  to.controller(batch, workload.controller);
  return length_of(words_, to);
}

} // namespace tallyman
