#include "journal/read_ahead.hpp"
#include "journal/support.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::journal;
using namespace tallyman::journal::testing;

namespace {

constexpr std::uint64_t events = 12'000; // some MiB: more than is kept ahead

struct written_log {
  written_log() {
    auto writing = start_log(disk, small_options());
    for (std::uint64_t at = 0; at < events; at += 50)
      append_durably(*writing, 50);
    REQUIRE(writing->close().ok());
  }

  simulated_storage disk{1};
};

/// Everything about a batch that a reader can see.
std::string content_of(const batch_view& batch) {
  std::string content = std::to_string(batch.first_sequence()) + ':';
  for (const auto& each : batch)
    content += std::to_string(each.sequence) + ' ' + std::to_string(each.time_ms) + ' ' +
               std::to_string(each.type) + ' ' + std::string{each.payload} + '\n';
  return content;
}

} // namespace

TEST_CASE("reading ahead gives the batches that a cursor gives, from any event on") {
  written_log written;
  const auto log = open_log(written.disk, small_options());
  for (const std::uint64_t from : {std::uint64_t{1}, std::uint64_t{777}, events, events + 1}) {
    auto cursor = std::move(*log->replay({from}));
    read_ahead ahead{std::move(*log->replay({from}))};
    for (bool more = true; more;) {
      auto expected = cursor.next();
      auto got = ahead.next();
      REQUIRE((expected.ok() && got.ok()));
      more = expected->has_value();
      REQUIRE(got->has_value() == more);
      if (more)
        REQUIRE(content_of(**got) == content_of(**expected));
    }
    REQUIRE_FALSE(ahead.next()->has_value());
  }
}

TEST_CASE("a reader ahead can be dropped before the end") {
  written_log written;
  const auto log = open_log(written.disk, small_options());
  for (int taken = 0; taken < 4; ++taken) {
    read_ahead ahead{std::move(*log->replay({1}))};
    for (int i = 0; i < taken * 20; ++i)
      REQUIRE((*ahead.next()).has_value());
  }
}
