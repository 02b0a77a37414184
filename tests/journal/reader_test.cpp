#include "journal/support.hpp"
#include "journal/verify.hpp"

#include <catch2/catch.hpp>

namespace tallyman::journal::testing {

namespace {

log_options reader_options() {
  log_options options = small_options();
  options.create_if_missing = false;
  options.read_only = true;
  return options;
}

} // namespace

TEST_CASE("a reader beside a writer sees only what is proven durable, and changes nothing") {
  simulated_storage disk(1);
  auto writer = start_log(disk, small_options());
  append_durably(*writer, 10);
  append_durably(*writer, 10);
  const std::uint64_t before = disk.operations();
  {
    auto reader = open_log(disk, reader_options());
    CHECK(reader->info().writer_alive);
    CHECK(reader->info().last_sequence == 10); // nothing on disk proves that the second batch was synced
    CHECK(check_replay(*reader) == 10);
  }
  CHECK(disk.operations() == before);
  REQUIRE(*writer->step()); // the empty batch of an idle log
  auto reader = open_log(disk, reader_options());
  CHECK(check_replay(*reader) == 20);
  append_durably(*writer, 100);
  CHECK(check_replay(*reader) == 20);
}

TEST_CASE("a reader without a writer sees all that recovery would keep, and changes nothing") {
  simulated_storage disk(1);
  append_durably(*start_log(disk, small_options()), 10);
  {
    auto writer = start_log(disk, small_options());
    append_durably(*writer, 10);
    REQUIRE(writer->append(run_of(21, 40)));
    disk.stop_at(1);
    CHECK_FALSE(writer->step());
  }
  disk.kill_process();
  const std::uint64_t before = disk.operations();
  const auto reader = open_log(disk, reader_options());
  CHECK_FALSE(reader->info().writer_alive);
  const std::uint64_t kept = check_replay(*reader);
  CHECK(kept >= 20);
  CHECK(disk.operations() == before);
  CHECK(check_replay(*open_log(disk, small_options())) == kept);
}

TEST_CASE("a second writer is refused with the name of the first") {
  simulated_storage disk(1);
  auto writer = start_log(disk, small_options());
  const auto second = log::open(disk, directory, small_options());
  REQUIRE_FALSE(second);
  CHECK(second.failure().kind == error_kind::busy);
  REQUIRE(writer->close());
  CHECK(log::open(disk, directory, small_options()));
}

TEST_CASE("another cluster's journal is refused, an unnamed cluster takes what is there") {
  simulated_storage disk(1);
  log_options options = small_options();
  options.cluster = "prod-eu";
  REQUIRE(open_log(disk, options)->close());
  options.cluster = "prod-us";
  const auto other = log::open(disk, directory, options);
  REQUIRE_FALSE(other);
  CHECK(other.failure().kind == error_kind::usage);
  CHECK(other.failure().what.find("prod-eu") != std::string::npos);
  CHECK(open_log(disk, small_options())->info().cluster == "prod-eu");
}

TEST_CASE("a journal that is not there is not created by a reader or by accident") {
  simulated_storage disk(1);
  CHECK(log::open(disk, directory, reader_options()).failure().kind == error_kind::usage);
  log_options options = small_options();
  options.create_if_missing = false;
  CHECK(log::open(disk, directory, options).failure().kind == error_kind::usage);
  CHECK(verify(disk, directory).failure().kind == error_kind::usage);
  CHECK(disk.files().empty());
}

TEST_CASE("figures of a journal add up") {
  simulated_storage disk(1);
  {
    auto log = start_log(disk, small_options());
    for (int i = 0; i < 30; ++i)
      append_durably(*log, 10);
    REQUIRE(log->close());
  }
  const auto figures = stat(disk, directory);
  const auto checked = verify(disk, directory);
  REQUIRE(figures);
  REQUIRE(checked);
  CHECK_FALSE(checked->first_damage);
  CHECK(figures->event_count == 300);
  CHECK(figures->definition_count == 60);
  CHECK(figures->batch_count == 31);
  CHECK(checked->stat.event_count == figures->event_count);
  CHECK(checked->stat.record_bytes == figures->record_bytes);
  CHECK(figures->segment_count == segment_paths(disk).size());
  CHECK(figures->bytes_per_event() > 8.0);
}

} // namespace tallyman::journal::testing
