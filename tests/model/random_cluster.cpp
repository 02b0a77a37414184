#include "model/random_cluster.hpp"

#include <algorithm>
#include <iterator>

namespace tallyman::testing {

namespace {

const std::vector<std::string> listed_kinds{"Node",
                                            "ReplicaSet.apps",
                                            "ReplicaSet.extensions",
                                            "ReplicaSet",
                                            "Job.batch",
                                            "Job.batch.volcano.sh",
                                            "Deployment.apps",
                                            "Deployment.extensions",
                                            "CronJob.batch",
                                            "Rollout.argoproj.io",
                                            "StatefulSet.apps",
                                            "DaemonSet.apps",
                                            "ReplicationController",
                                            "Tenant.example.io",
                                            "Pod"};

} // namespace

random_cluster::random_cluster(std::uint64_t seed, string_table& strings, limits at_most)
    : random_(seed), writer_(strings), at_most_(at_most) {}

observations random_cluster::next() {
  observations seen;
  for (auto turns = random_.below(4); turns > 0; --turns)
    live();
  for (auto turns = random_.below(5); turns > 0; --turns)
    see(seen);
  return seen;
}

void random_cluster::see(observations& to) {
  const auto turn = random_.below(100);
  if (turn < 72)
    see_next_event(to);
  else if (turn < 77)
    see_again(to);
  else if (turn < 84)
    see_list(to);
  else if (turn < 97)
    see_scan(to);
  else if (turn < 99)
    see_bookmark(to);
  else
    see_settings(to);
}

void random_cluster::see_next_event(observations& to) {
  std::vector<std::string> waiting;
  for (const auto& [kind, events] : watches_)
    if (!events.empty() && kind != listed_kind_)
      waiting.push_back(kind);
  if (waiting.empty())
    return;
  auto& watch = watches_[random_.pick(waiting)];
  const auto event = watch.front();
  watch.pop_front();
  if (random_.percent(4))
    return; // lost
  emit(to, event);
  seen_.push_back(event);
  if (seen_.size() > 20)
    seen_.pop_front();
}

void random_cluster::see_again(observations& to) {
  if (!seen_.empty())
    emit(to, random_.pick(seen_));
}

// -- lists ----------------------------------------------------------------------------------------

void random_cluster::see_list(observations& to) {
  if (listed_kind_.empty())
    return begin_list(to, random_.pick(listed_kinds));
  if (random_.percent(10))
    listed_kind_.clear(); // broken off
  else if (random_.percent(5))
    end_list(to, listed_kind_); // a part, by mistake taken for the whole
  else
    continue_list(to);
}

void random_cluster::begin_list(observations& to, const std::string& kind) {
  listed_kind_ = kind;
  listed_version_ = resource_version_;
  listed_.clear();
  watches_[kind].clear();
  for (const auto& [uid, object] : objects_)
    if (kind_of(object) == kind && !hidden_.contains(uid))
      listed_.push_back({object, false});
  for (std::size_t i = listed_.size(); i > 1; --i)
    std::swap(listed_[i - 1], listed_[static_cast<std::size_t>(random_.below(i))]);
  to.lists.push_back({static_cast<std::uint32_t>(to.batch.facts.size()), writer_.kind(kind)});
}

void random_cluster::continue_list(observations& to) {
  for (auto items = random_.below(6); items > 0 && !listed_.empty(); --items) {
    emit(to, listed_.back());
    listed_.pop_back();
  }
  if (listed_.empty())
    end_list(to, listed_kind_);
}

void random_cluster::end_list(observations& to, const std::string& kind) {
  const auto version = to.batch.add_text(std::to_string(listed_version_));
  const auto what = writer_.kind(kind);
  add(to, list_synced{what.name, version, random_.below(50), what.api_version});
  listed_kind_.clear();
}

void random_cluster::see_events(observations& to, const std::string& kind) {
  for (auto& watch = watches_[kind]; !watch.empty(); watch.pop_front())
    emit(to, watch.front());
}

observations random_cluster::list_everything() {
  auto kinds = listed_kinds;
  std::vector<std::string> listed;
  observations seen;
  may_restore_ = false;
  while (!kinds.empty()) {
    const auto next = static_cast<std::size_t>(random_.below(kinds.size()));
    begin_list(seen, kinds[next]);
    while (!listed_kind_.empty()) {
      continue_list(seen);
      if (random_.percent(20))
        live();
      if (!listed.empty() && random_.percent(30))
        see_events(seen, random_.pick(listed));
    }
    listed.push_back(kinds[next]);
    kinds.erase(kinds.begin() + static_cast<std::ptrdiff_t>(next));
  }
  while (!listed.empty()) {
    const auto next = static_cast<std::size_t>(random_.below(listed.size()));
    see_events(seen, listed[next]);
    listed.erase(listed.begin() + static_cast<std::ptrdiff_t>(next));
  }
  return seen;
}

// -- other facts ----------------------------------------------------------------------------------

void random_cluster::see_scan(observations& to) {
  const char* const architectures[] = {"amd64", "amd64", "arm64", "s390x"};
  const auto image_id = writer_.id(some_image_id());
  const auto architecture = writer_.id(architectures[random_.below(4)]);
  const auto turn = random_.below(10);
  if (turn < 2)
    return add(to, scan_finished{image_id, architecture, {}, 0, scan_outcome::succeeded});
  if (turn < 6) {
    const auto outcome = random_.percent(30) ? scan_outcome::image_private : scan_outcome::failed;
    const auto why = to.batch.add_text("failure " + std::to_string(random_.below(9)));
    const auto wait = random_.percent(3) ? ~std::uint64_t{0} : random_.below(400'000'000);
    return add(to, scan_finished{image_id, architecture, why, wait, outcome});
  }
  if (turn < 8)
    return add(to, remote_answered{image_id, architecture, random_.percent(30)});
  const auto name = writer_.id("app:" + std::to_string(random_.below(6)));
  add(to, remote_acknowledged{image_id, architecture, name, random_.below(12)});
}

void random_cluster::see_bookmark(observations& to) {
  const auto version = to.batch.add_text(std::to_string(++resource_version_));
  const auto what = writer_.kind(random_.pick(listed_kinds));
  add(to, bookmarked{what.name, version, what.api_version});
}

void random_cluster::see_settings(observations& to) {
  const std::uint64_t graces[] = {0, 60'000, 3'600'000, 86'400'000, 86'400'000, ~std::uint64_t{0}};
  settings_changed settings;
  settings.scan_grace_ms = graces[random_.below(std::size(graces))];
  settings.rules = tally_rules::second;
  const char* const followed[] = {"", "Deployment.apps", "Deployment.apps Rollout.argoproj.io"};
  const std::string kinds = followed[random_.below(3)];
  settings.list_anew = kinds != followed_;
  followed_ = kinds;
  settings.followed = to.batch.add_text(followed_);
  add(to, settings);
}

void random_cluster::emit(observations& to, const watch_event& event) {
  add(to, event.gone ? writer_.gone(event.object) : writer_.observed(to.batch, event.object));
}

void random_cluster::add(observations& to, fact_body body) {
  now_ms_ += static_cast<std::int64_t>(random_.below(5'000));
  if (random_.percent(2))
    now_ms_ += static_cast<std::int64_t>(random_.below(7'200'000));
  if (random_.percent(1))
    now_ms_ += static_cast<std::int64_t>(random_.below(200'000'000));
  to.batch.facts.push_back({now_ms_, std::move(body)});
}

} // namespace tallyman::testing
