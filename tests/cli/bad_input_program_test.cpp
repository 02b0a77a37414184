#include "cli/program.hpp"
#include "cli/recording.hpp"

#include <catch2/catch.hpp>

using namespace tallyman::cli::testing;
using Catch::Matchers::Contains;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_is_real = false; // the sanitizers' own memory hides the program's
#else
constexpr bool memory_is_real = true;
#endif

struct bad_value {
  std::string what;
  std::string text;
};

/// The node list and 18 events: 98,211 bytes, 19 lines.
std::string good_start() {
  return read_file(recording("cluster.ndjson")).substr(0, 98'211);
}

std::vector<bad_value> bad_values() {
  std::string garbage;
  for (unsigned i = 1; i < 4'000; ++i)
    garbage += static_cast<char>(0x80 | (i * 37) % 0x7f);
  return {{"truncated JSON", R"({"kind":"Pod","metadata":{"uid":"1",)"},
          {"a wrong type", R"({"kind":"Pod","metadata":{"uid":5,"name":"a"}})"
                           "\n"},
          {"a pod without a uid", R"({"kind":"Pod","metadata":{"name":"a","namespace":"b"}})"
                                  "\n"},
          {"deep nesting", R"({"kind":"Pod","metadata":)" + std::string(10'000, '[') + "\n"},
          {"binary garbage", garbage}};
}

} // namespace

TEST_CASE("a bad value ends the run with its place in one line, and what came before it is journaled") {
  const scratch folder;
  run_well({"ingest", "--data", folder / "good", folder.file("good.ndjson", good_start())});
  const auto good = run_well({"digest", "--data", folder / "good"});
  int number = 0;
  for (const auto& bad : bad_values()) {
    INFO(bad.what);
    const auto file = folder.file("bad.ndjson", good_start() + bad.text);
    const auto data = folder / ("journal" + std::to_string(++number));
    const auto ended = run({"ingest", "--data", data, file});
    CHECK(ended.code == 1);
    INFO(ended.err);
    CHECK(ended.complained_once());
    CHECK_THAT(ended.err, Contains(file + ": byte 98") && Contains(", line 20: "));
    CHECK_THAT(ended.out, Contains("1 bad value in the input"));
    CHECK(run_well({"digest", "--data", data}) == good);
  }
}

TEST_CASE("with --keep-going a bad value is skipped with a warning, and what comes after it counts") {
  const scratch folder;
  const auto whole = read_file(recording("cluster.ndjson"));
  for (const auto& bad : bad_values()) {
    INFO(bad.what);
    const scratch data;
    const auto file =
        data.file("bad.ndjson", good_start() + bad.text + '\n' + whole.substr(good_start().size()));
    const auto ended = run({"ingest", "--keep-going", "--data", data / "journal", file});
    CHECK(ended.code == 0);
    INFO(ended.err);
    CHECK(ended.complained_once());
    CHECK_THAT(ended.err, Contains("bad.ndjson: byte 98"));
    CHECK_THAT(ended.out, Contains("1 bad value in the input"));
    CHECK(essence_of_json(run_well({"images", "-o", "json", "--data", data / "journal"})) ==
          expected_essence());
  }
}

TEST_CASE("a string of 100 MB is refused or skipped, and does not take the memory to hold it") {
  const auto start = good_start();
  const std::string megabyte(1 << 20, 'x');
  for (const bool keep_going : {false, true}) {
    CAPTURE(keep_going);
    const scratch folder;
    program ingest{{"ingest", "--data", folder / "journal", keep_going ? "--keep-going" : "--threads=2", "-"},
                   ""};
    ingest.give(R"({"kind":"Pod","metadata":{"uid":")");
    for (int i = 0; i < 100; ++i)
      ingest.give(megabyte);
    ingest.give("\"}}\n" + start);
    ingest.end_input();
    const auto ended = ingest.wait();
    CHECK(ended.code == (keep_going ? 0 : 1));
    CHECK(ended.complained_once());
    CHECK_THAT(ended.err, Contains("standard input: byte 0, line 1: "));
    CHECK_THAT(ended.out, Contains(keep_going ? "at sequence 22\n" : "at sequence 1\n"));
    if (memory_is_real)
      CHECK(ended.rss_bytes_max < std::uint64_t{80} << 20);
  }
}

TEST_CASE("memory does not grow with the input") {
  if (!memory_is_real)
    return;
  const scratch folder;
  const auto whole = read_file(recording("cluster.ndjson"));
  const auto rss_of = [&](int times) {
    program ingest{{"ingest", "--data", folder / std::to_string(times), "-"}, ""};
    for (int i = 0; i < times; ++i)
      ingest.give(whole);
    ingest.end_input();
    return ingest.wait().rss_bytes_max;
  };
  CHECK(rss_of(12) < rss_of(2) + (std::uint64_t{12} << 20));
}

TEST_CASE("inputs that cannot be read are found before anything is ingested") {
  const scratch folder;
  const auto good = folder.file("good.ndjson", good_start());
  const auto data = folder / "journal";
  const auto missing = run({"ingest", "--data", data, good, folder / "missing"});
  CHECK(missing.code == 2);
  CHECK_THAT(missing.err, Contains("missing: No such file or directory"));
  const auto directory = run({"ingest", "--data", data, good, folder / "."});
  CHECK(directory.code == 2);
  CHECK_THAT(directory.err, Contains("is a directory"));
  const auto packed = run({"ingest", "--data", data, good, folder.file("a.gz", "\x1f\x8b\x08")});
  CHECK(packed.code == 1);
  CHECK_THAT(packed.err, Contains("zcat"));
  const auto twice = run({"ingest", "--data", data, "-", "-"});
  CHECK(twice.code == 2);
  for (const auto& ended : {missing, directory, packed, twice})
    CHECK(ended.complained_once());
  CHECK_FALSE(std::filesystem::exists(data));
}

TEST_CASE("results and errors do not go over the journal when standard descriptors are closed") {
  const scratch folder;
  const auto data = folder / "journal";
  const auto verify = [&] { CHECK_THAT(run_well({"journal", "verify", data}), Contains("sound")); };
  const auto input = folder.file("good.ndjson", good_start());
  run_well({"ingest", "--data", data, input});
  CHECK(run_shell(R"("$0" ingest --data "$1" )" + input + " <&- >&- 2>&-", data).code == 0);
  verify();
  CHECK(run_shell(R"("$0" scan-result --data "$1" --image-id none --arch amd64 --ok <&- >&- 2>&-)", data)
            .code == 7);
  verify();
  CHECK(run_shell(R"("$0" ingest --data "$1" - <&-)", data).code == 0);
  verify();
}
