#include "tally/intake.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>

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
  tombstones_.prefetch(*id);
  objects_.prefetch(*id);
  if (tombstone_order_.size() == tombstones_max)
    tombstones_.prefetch(tombstone_order_[ahead]); // about the one that will make room
}

intake::verdict intake::admit(const fact_batch& batch, const fact& candidate) {
  const auto& body = candidate.body;
  if (const auto* pod = std::get_if<pod_observed>(&body))
    return observe(pod->id, {pod_kind_}, batch, candidate);
  if (const auto* gone = std::get_if<pod_gone>(&body))
    return end(gone->id);
  if (const auto* node = std::get_if<node_observed>(&body))
    return observe(node->id, {node_kind_}, batch, candidate);
  if (const auto* node_end = std::get_if<node_gone>(&body))
    return end(node_end->id);
  if (const auto* workload = std::get_if<workload_observed>(&body))
    return observe(workload->id, {workload->kind, workload->api_version}, batch, candidate);
  if (const auto* workload_end = std::get_if<workload_gone>(&body))
    return end(workload_end->id);
  return verdict::admitted;
}

intake::verdict intake::observe(const uid& id, object_kind kind, const fact_batch& batch,
                                const fact& candidate) {
  if (tombstones_.contains(id))
    return verdict::late;
  const auto spelled = spell(batch, candidate);
  const auto hash = XXH3_128bits_withSeed(words_.data(), spelled * sizeof(words_[0]), seed_);
  const auto [place, is_new] = objects_.try_emplace(id);
  auto& known = place->second;
  if (!open_lists_.empty())
    if (const auto open = find_list(kind); open != open_lists_.end())
      known.list = open->number;
  if (!is_new && known.fingerprint_high == hash.high64 && known.fingerprint_low == hash.low64)
    return verdict::no_op;
  known.fingerprint_high = hash.high64;
  known.fingerprint_low = hash.low64;
  known.kind = kind.name;
  known.api_version = kind.api_version;
  return verdict::admitted;
}

intake::verdict intake::end(const uid& id) {
  if (tombstones_.contains(id))
    return verdict::no_op;
  objects_.erase(id);
  bury(id);
  return verdict::admitted;
}

void intake::bury(const uid& id) {
  tombstones_.insert(id);
  tombstone_order_.push_back(id);
  if (tombstone_order_.size() <= tombstones_max)
    return;
  tombstones_.erase(tombstone_order_.front());
  tombstone_order_.pop_front();
}

bool intake::same_kind(object_kind a, object_kind b) const {
  return a.name == b.name && (a.api_version == b.api_version || group_of(strings_->text(a.api_version)) ==
                                                                    group_of(strings_->text(b.api_version)));
}

std::vector<intake::open_list>::iterator intake::find_list(object_kind kind) {
  return std::find_if(open_lists_.begin(), open_lists_.end(),
                      [&](const open_list& open) { return same_kind(open.kind, kind); });
}

void intake::begin_list(object_kind kind) {
  if (const auto open = find_list(kind); open != open_lists_.end())
    open_lists_.erase(open);
  open_lists_.push_back({kind, ++last_list_});
}

std::vector<fact_body> intake::end_list(object_kind kind) {
  const auto open = find_list(kind);
  if (open == open_lists_.end())
    return {};
  std::vector<uid> missing;
  for (const auto& [id, known] : objects_)
    if (known.list != open->number && same_kind({known.kind, known.api_version}, kind))
      missing.push_back(id);
  open_lists_.erase(open);
  std::sort(missing.begin(), missing.end());
  std::vector<fact_body> ends;
  ends.reserve(missing.size());
  for (const auto& id : missing)
    ends.push_back(gone_by_relist(id, kind));
  return ends;
}

fact_body intake::gone_by_relist(const uid& id, object_kind kind) const {
  if (kind.name == pod_kind_)
    return pod_gone{id, 0, gone_reason::relist};
  if (kind.name == node_kind_)
    return node_gone{id, string_id::empty, 0, gone_reason::relist};
  return workload_gone{id, kind.name, 0, gone_reason::relist, kind.api_version};
}

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

} // namespace

std::size_t intake::spell(const fact_batch& batch, const fact& candidate) {
  constexpr std::size_t fixed = 8, words_per_container = 3;
  const auto start_of = [&](std::size_t more) {
    if (words_.size() < fixed + more)
      words_.resize(fixed + more);
    return speller{words_.data()};
  };
  const auto length_of = [&](const speller& end) { return static_cast<std::size_t>(end.at - words_.data()); };
  if (const auto* pod = std::get_if<pod_observed>(&candidate.body)) {
    const auto name = batch.text(pod->name);
    auto to = start_of(words_for(name) + words_for(batch.text(pod->controller.name)) +
                       words_per_container * pod->containers.length);
    to.words({pair_up(pod->name_space, pod->node), static_cast<std::uint64_t>(pod->phase),
              static_cast<std::uint64_t>(pod->deleting)});
    to.text(name);
    to.controller(batch, pod->controller);
    for (auto* c = batch.begin_of(pod->containers); c != batch.end_of(pod->containers); ++c)
      to.words({pair_up(c->name, c->image), pair_up(c->image_id, c->runtime),
                static_cast<std::uint64_t>(c->list)});
    return length_of(to);
  }
  if (const auto* node = std::get_if<node_observed>(&candidate.body)) {
    auto to = start_of(0);
    to.words({pair_up(node->name, node->architecture), pair_up(node->os, string_id::empty)});
    return length_of(to);
  }
  const auto& workload = std::get<workload_observed>(candidate.body);
  const auto name = batch.text(workload.name);
  auto to = start_of(words_for(name) + words_for(batch.text(workload.controller.name)));
  to.words({pair_up(workload.kind, workload.api_version), pair_up(workload.name_space, string_id::empty)});
  to.text(name);
  to.controller(batch, workload.controller);
  return length_of(to);
}

} // namespace tallyman
