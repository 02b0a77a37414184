#include "kube/support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace tallyman::kube::testing;
using tallyman::kube::json_decoder_options;

namespace {

std::string pod_list(std::string_view metadata, std::string_view items) {
  return fmt::format(R"({{"kind":"PodList","apiVersion":"v1","metadata":{{{}}},"items":[{}]}})", metadata,
                     items);
}

constexpr std::string_view last = R"("resourceVersion":"90")";
constexpr std::string_view more = R"("resourceVersion":"90","continue":"abc")";
constexpr std::string_view status =
    R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"expired","code":410})";

} // namespace

TEST_CASE("a complete list is bracketed by its begin and its sync") {
  CHECK(facts_of(pod_list(last, pod_json(uid_a) + "," + pod_json(uid_b)), complete()) ==
        lines{"begin Pod", pod_line(uid_a), pod_line(uid_b), "synced Pod items=2 rv=90"});
}

TEST_CASE("an empty typed list says that nothing is there") {
  CHECK(facts_of(pod_list(last, ""), complete()) == lines{"begin Pod", "synced Pod items=0 rv=90"});
  CHECK(facts_of(R"({"kind":"NodeList","apiVersion":"v1","items":null})", complete()) ==
        lines{"begin Node", "synced Node items=0 rv="});
}

TEST_CASE("an empty list of no known kind says nothing") {
  CHECK(facts_of(R"({"kind":"List","apiVersion":"v1","items":[]})", complete()).empty());
  CHECK(facts_of(R"({"kind":"SecretList","apiVersion":"v1","items":[]})", complete()).empty());
  CHECK(facts_of(R"({"kind":"PodList","apiVersion":"v1"})", complete()).empty());
}

TEST_CASE("a mixed list syncs each kind that is in it") {
  CHECK(facts_of(R"({"kind":"List","apiVersion":"v1","items":[)" + pod_json(uid_a) + "," +
                     node_json(uid_c, "", "") + "," + pod_json(uid_b) +
                     R"(,{"kind":"Secret","apiVersion":"v1"}]})",
                 complete()) == lines{"begin Pod", pod_line(uid_a), "begin Node",
                                      fmt::format("node {} n1 / rv=0", uid_c), pod_line(uid_b),
                                      "synced Pod items=2 rv=", "synced Node items=1 rv="});
}

TEST_CASE("a paged list is synced after its last page only") {
  const auto pages = pod_list(more, pod_json(uid_a)) + pod_list(more, pod_json(uid_b)) + pod_list(last, "");
  CHECK(facts_of(pages, complete()) ==
        lines{"begin Pod", pod_line(uid_a), pod_line(uid_b), "synced Pod items=2 rv=90"});
  CHECK(facts_of(pod_list(more, pod_json(uid_a)), complete()) == lines{"begin Pod", pod_line(uid_a)});
}

TEST_CASE("pages of one kind do not hold up the list of another") {
  CHECK(facts_of(pod_list(more, "") + R"({"kind":"NodeList","apiVersion":"v1","items":[]})" +
                     pod_list(last, ""),
                 complete()) ==
        lines{"begin Pod", "begin Node", "synced Node items=0 rv=", "synced Pod items=0 rv=90"});
}

TEST_CASE("a list that breaks off is never synced") {
  const auto whole = pod_list(last, pod_json(uid_a) + "," + pod_json(uid_b));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto all = decode(std::string_view{whole}.substr(0, size), complete());
    REQUIRE(!all.error.empty());
    for (const auto& line : all.lines)
      REQUIRE(!contains(line, "synced"));
  }
  const auto skipped = decode(std::string_view{whole}.substr(0, whole.size() - 2), complete(true));
  CHECK(skipped.lines == lines{"begin Pod", pod_line(uid_a), pod_line(uid_b)});
  CHECK(skipped.counters.lists_incomplete == 1);
}

TEST_CASE("a list with an item that was skipped as bad is never synced") {
  const auto all =
      decode(pod_list(last, pod_json(uid_a) + R"(,{"metadata":{}},)" + pod_json(uid_b)), complete(true));
  CHECK(all.lines == lines{"begin Pod", pod_line(uid_a), pod_line(uid_b)});
  CHECK(all.counters.lists_incomplete == 1);
  CHECK(all.counters.errors == 1);
}

TEST_CASE("an API error between pages is not the end of the list") {
  const auto all = decode(
      pod_list(more, pod_json(uid_a)) + std::string{status} + pod_list(last, pod_json(uid_b)), complete());
  CHECK(all.error.empty());
  CHECK(all.lines == lines{"begin Pod", pod_line(uid_a), pod_line(uid_b)});
  CHECK(all.counters.lists_incomplete == 1);
}

TEST_CASE("an API error alone empties nothing, and does not spoil a list that comes later") {
  CHECK(decode(status, complete()).lines.empty());
  CHECK(facts_of(std::string{status} + pod_list(last, ""), complete()) ==
        lines{"begin Pod", "synced Pod items=0 rv=90"});
}

TEST_CASE("a failed list is forgotten once its last page has come") {
  const auto all =
      decode(pod_list(more, "") + std::string{status} + pod_list(last, "") + pod_list(last, ""), complete());
  CHECK(all.lines == lines{"begin Pod", "begin Pod", "synced Pod items=0 rv=90"});
}

TEST_CASE("a list that ends within one feed and a fact before it keep their positions") {
  CHECK(facts_of(pod_json(uid_c) + pod_list(last, pod_json(uid_a)), complete()) ==
        lines{pod_line(uid_c), "begin Pod", pod_line(uid_a), "synced Pod items=1 rv=90"});
}

TEST_CASE("a complete list of batch Jobs says nothing of the Jobs of another API group") {
  constexpr std::string_view lists =
      R"({"kind":"List","apiVersion":"v1","items":[{"kind":"Job","apiVersion":"batch/v1","metadata":{"uid":"a"}},)"
      R"({"kind":"Job","apiVersion":"batch.volcano.sh/v1alpha1","metadata":{"uid":"b","ownerReferences":)"
      R"([{"controller":true,"uid":"c"}]}}]}{"kind":"JobList","apiVersion":"batch/v1","items":[]})";
  const auto all = facts_of(lists, complete());
  CHECK(std::count(all.begin(), all.end(), "begin Job.batch") == 2);
  CHECK(std::count(all.begin(), all.end(), "begin Job.batch.volcano.sh") == 1);
  CHECK(all.back() == "synced Job.batch items=0 rv=");
}

TEST_CASE("a list that names no kind, and one that is empty besides, is counted as what it is") {
  const auto of = [](const std::string& lists) { return decode(lists, complete()).counters; };
  const auto list = [](std::string_view items) {
    return fmt::format(
        R"({{"kind":"List","apiVersion":"v1","items":[{}],"metadata":{{"resourceVersion":""}}}})", items);
  };
  const auto empty = of(list(""));
  CHECK(empty.lists_untyped == 1);
  CHECK(empty.lists_of_nothing == 1);
  CHECK(empty.kinds.empty());
  const auto mixed = of(list(pod_json(uid_a) + "," + node_json(uid_b, "", "")) + list(pod_json(uid_a)));
  CHECK(mixed.lists_untyped == 2);
  CHECK(mixed.lists_of_nothing == 0);
  CHECK(mixed.kinds.at("Pod").complete_lists == 2);
  CHECK(mixed.kinds.at("Node").complete_lists == 1);
  const auto typed =
      of(pod_list(last, "") + pod_list(more, "") + R"({"kind":"SecretList","apiVersion":"v1","items":[]})");
  CHECK(typed.lists_untyped == 0);
  CHECK(typed.lists_of_nothing == 0);
  CHECK(typed.kinds.at("Pod").complete_lists == 1);
  CHECK(typed.kinds.size() == 1);
  const auto broken = decode(list("{}") + pod_list(last, "{}"), complete(true)).counters;
  CHECK(broken.lists_of_nothing == 0);
  CHECK(broken.kinds.at("Pod").complete_lists == 0);
  CHECK(decode(list("")).counters.lists_untyped == 0);
}

TEST_CASE("a list whose resourceVersion is too long to keep has none") {
  const auto version = fmt::format(R"("resourceVersion":"{}")", std::string(1025, '9'));
  CHECK(facts_of(pod_list(version, ""), complete()) == lines{"begin Pod", "synced Pod items=0 rv="});
}
