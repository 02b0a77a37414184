#include "actors/fact_sequencer.hpp"
#include "messages/well_known.hpp"

#include <catch2/catch.hpp>

#include <deque>

using namespace tallyman;

namespace {

struct fixture {
  std::shared_ptr<string_table> strings = std::make_shared<string_table>();
  interner intern{*strings};
  std::int64_t now = 1000;
  fact_sequencer sequencer{strings, intake{*strings, 7}, 0, 0, [this] { return now; }};

  fact pod(const char* id, std::uint64_t version = 0) {
    pod_observed seen;
    seen.id = parse_uid(id, intern);
    seen.resource_version = version;
    seen.phase = pod_phase::running;
    return {0, seen};
  }

  fact gone(const char* id, std::uint64_t version = 0) {
    return {0, pod_gone{parse_uid(id, intern), version}};
  }

  submission_ptr admit(std::vector<fact> facts) {
    observations seen;
    seen.batch.facts = std::move(facts);
    return sequencer.admit(seen);
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "sequences go on without a gap, over facts that say nothing new") {
  const auto first = admit({pod("a"), pod("a"), pod("b")});
  REQUIRE(first);
  CHECK(first->first_sequence == 1);
  CHECK(first->last_sequence() == 2);
  CHECK_FALSE(admit({pod("a"), pod("b")}));
  const auto next = admit({pod("c")});
  REQUIRE(next);
  CHECK(next->first_sequence == 3);
  const auto counts = sequencer.counts();
  CHECK(counts.at("Pod").journaled == 3);
  CHECK(counts.at("Pod").no_ops == 3);
}

TEST_CASE_METHOD(fixture, "a delete that comes before its add leaves no ghost") {
  REQUIRE(admit({gone("a", 20)}));
  CHECK_FALSE(admit({pod("a", 10)}));
  CHECK(sequencer.counts().at("Pod").late == 1);
}

TEST_CASE_METHOD(fixture, "the pod that had a name is ended in front of the one that has it now") {
  const auto named = [this](const char* id, observations& to) {
    auto seen = pod(id);
    std::get<pod_observed>(seen.body).name = to.batch.add_text("db-0");
    to.batch.facts.push_back(seen);
  };
  observations seen;
  for (const auto* id : {"a", "b", "c"})
    named(id, seen);
  const auto work = sequencer.admit(seen);
  REQUIRE(work);
  REQUIRE(work->batch.facts.size() == 5);
  for (const std::size_t i : {1u, 3u})
    CHECK(std::get<pod_gone>(work->batch.facts[i].body).reason == gone_reason::replaced);
  const auto counts = sequencer.counts();
  CHECK(counts.at("Pod").journaled == 5);
  CHECK(counts.at("Pod").gone == 2);
}

TEST_CASE_METHOD(fixture, "what a list brings back is counted as returned") {
  const auto list = [this](std::vector<fact> facts) {
    observations seen;
    seen.lists = {{0, {strings->intern("Pod"), {}}}};
    facts.push_back({0, list_synced{strings->intern("Pod"), {}, 0, {}}});
    seen.batch.facts = std::move(facts);
    sequencer.admit(seen);
  };
  list({pod("a", 5)});
  list({});
  list({pod("a", 5)});
  CHECK(sequencer.counts().at("Pod").returned == 1);
  CHECK(sequencer.counts().at("Pod").gone == 1);
}

TEST_CASE_METHOD(fixture, "a clock that is set back does not make journaled time fall") {
  CHECK(admit({pod("a")})->batch.facts[0].time_ms == 1000);
  now = 400;
  CHECK(admit({pod("b")})->batch.facts[0].time_ms == 1000);
  now = 1500;
  CHECK(admit({pod("c")})->batch.facts[0].time_ms == 1500);
}

TEST_CASE_METHOD(fixture, "a relist ends what it no longer holds, in front of its list_synced") {
  admit({pod("a"), pod("b"), pod("c")});
  observations list;
  list.lists.push_back({0, well_known::pod});
  list.batch.facts = {pod("b"), {0, list_synced{well_known::pod, {}, 1}}};
  const auto work = sequencer.admit(list);
  REQUIRE(work);
  REQUIRE(work->batch.facts.size() == 3);
  CHECK(std::get<pod_gone>(work->batch.facts[0].body).reason == gone_reason::relist);
  CHECK(std::get<pod_gone>(work->batch.facts[1].body).reason == gone_reason::relist);
  CHECK(std::holds_alternative<list_synced>(work->batch.facts[2].body));
}

TEST_CASE_METHOD(fixture, "a list that breaks off half-way ends nothing") {
  admit({pod("a"), pod("b")});
  observations half;
  half.lists.push_back({0, well_known::pod});
  half.batch.facts = {pod("b")};
  CHECK_FALSE(sequencer.admit(half));
  // The next list starts afresh: what only the broken one held is not in it.
  observations whole;
  whole.lists.push_back({0, well_known::pod});
  whole.batch.facts = {pod("a"), {0, list_synced{well_known::pod, {}, 1}}};
  const auto work = sequencer.admit(whole);
  REQUIRE(work);
  REQUIRE(work->batch.facts.size() == 2);
  CHECK(std::get<pod_gone>(work->batch.facts[0].body).id == parse_uid("b", intern));
}

TEST_CASE_METHOD(fixture, "a complete list of workloads ends those of its API group, and no others") {
  const auto job = [&](const char* id, const char* api_version) {
    workload_observed seen;
    seen.id = parse_uid(id, intern);
    seen.kind = intern("Job");
    seen.api_version = intern(api_version);
    return fact{0, seen};
  };
  REQUIRE(admit({job("a", "batch/v1"), job("b", "batch.volcano.sh/v1alpha1")}));
  observations list;
  list.lists.push_back({0, {intern("Job"), intern("batch/v1")}});
  list.batch.facts.push_back({0, list_synced{intern("Job"), {}, 0, intern("batch/v1")}});
  const auto work = sequencer.admit(list);
  REQUIRE(work);
  REQUIRE(work->batch.facts.size() == 2);
  CHECK(std::get<workload_gone>(work->batch.facts[0].body).id == parse_uid("a", intern));
}
