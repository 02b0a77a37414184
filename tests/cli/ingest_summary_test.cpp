#include "cli/commands/ingest_summary.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::cli;
using Catch::Matchers::Contains;

namespace {

ingest_summary relisted() {
  ingest_summary summary;
  summary.is_relist = true;
  summary.pods = 2;
  summary.read.lists = 1;
  return summary;
}

} // namespace

TEST_CASE("what is gone and what came back is counted by kind, if there is any") {
  ingest_summary summary;
  summary.read.kinds["Pod"].read = 1200;
  summary.taken_in["Pod"] = {.journaled = 203, .no_ops = 1000, .late = 0, .returned = 2, .gone = 3};
  summary.taken_in["Job.batch.volcano.sh"] = {
      .journaled = 1, .no_ops = 0, .late = 0, .returned = 0, .gone = 1};
  summary.taken_in["list"].journaled = 1;
  CHECK_THAT(text_of(summary),
             Contains("KIND                   READ  NO-OPS  LATE  RETURNED  GONE  JOURNALED\n"
                      "Job.batch.volcano.sh      0       0     0         0     1          1\n"
                      "Pod                   1,200   1,000     0         2     3        203\n"
                      "all                   1,200   1,000     0         2     4        204\n"));
  summary.taken_in["Pod"].returned = summary.taken_in["Pod"].gone = 0;
  summary.taken_in.erase("Job.batch.volcano.sh");
  CHECK_THAT(text_of(summary), Contains("KIND   READ  NO-OPS  LATE  JOURNALED\n"));
}

TEST_CASE("a relist says of which kinds the lists were complete") {
  auto summary = relisted();
  summary.read.kinds["Pod"].complete_lists = 2;
  summary.read.kinds["Node"].complete_lists = 1;
  summary.read.kinds["Secret"].skipped = 1;
  CHECK_THAT(text_of(summary),
             Contains("complete lists of Node, Pod: what else was known of these kinds is gone\n"));
  CHECK(doubt_of_relist(summary).empty());
  summary.is_relist = false;
  CHECK_THAT(text_of(summary), !Contains("complete lists"));
}

TEST_CASE("lists by which nothing can be gone are never passed over in silence") {
  auto summary = relisted();
  summary.read.lists_untyped = 1;
  CHECK_THAT(doubt_of_relist(summary),
             Contains("the tally keeps its 2 pods") && Contains("kubectl get --raw"));
  summary.pods = 0;
  CHECK(doubt_of_relist(summary).empty());
  summary.read.lists_of_nothing = 1;
  CHECK_THAT(doubt_of_relist(summary), Contains("a List without items names no kind"));
  summary.pods = 2;
  summary.read.kinds["Pod"].complete_lists = 1;
  CHECK_THAT(doubt_of_relist(summary), Contains("a List without items names no kind"));
  summary.read.lists_of_nothing = 0;
  CHECK(doubt_of_relist(summary).empty());
  summary.read.lists = 0;
  CHECK(doubt_of_relist(summary) == "no list is in the input, so nothing counts as gone");
  summary.read.lists_incomplete = 1; // which the summary tells
  CHECK(doubt_of_relist(summary).empty());
  summary = relisted();
  summary.read.lists = 0;
  summary.is_relist = false;
  CHECK(doubt_of_relist(summary).empty());
}
