#include "cli/terminal/table.hpp"
#include "views/csv.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <catch2/catch.hpp>

using namespace tallyman;
using namespace tallyman::cli;

TEST_CASE("times are shown in UTC with milliseconds") {
  CHECK(format_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(format_time(1'709'208'245'007) == "2024-02-29T12:04:05.007Z");
  CHECK(format_time(253'402'300'799'999) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("a time that no calendar holds is shown as the nearest one rather than as nonsense") {
  CHECK(format_time(-1) == "1970-01-01T00:00:00.000Z");
  CHECK(format_time(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("every way of RFC 3339 to write a time is understood") {
  CHECK(*parse_time("2024-02-29T12:04:05.007Z") == 1'709'208'245'007);
  CHECK(*parse_time("2024-02-29t12:04:05z") == 1'709'208'245'000);
  CHECK(*parse_time("2024-02-29T13:34:05.0079999+01:30") == 1'709'208'245'007);
  CHECK(*parse_time("2024-02-29T07:04:05.0-05:00") == 1'709'208'245'000);
}

TEST_CASE("what is no time is refused rather than guessed") {
  for (const auto* text : {"", "2024", "2024-02-30T00:00:00Z", "2024-13-01T00:00:00Z", "2024-02-29 12:04:05Z",
                           "2024-02-29T24:00:00Z", "2024-02-29T12:60:00Z", "2024-02-29T12:04:05",
                           "2024-02-29T12:04:05.Z", "2024-02-29T12:04:05Zx", "2024-02-29T12:04:05+1:00",
                           "+024-02-29T12:04:05Z", "1969-12-31T23:59:59Z"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text).ok());
  }
}

TEST_CASE("durations keep their two largest units") {
  CHECK(format_duration(-5) == "0s");
  CHECK(format_duration(59'999) == "59s");
  CHECK(format_duration(60'000) == "1m");
  CHECK(format_duration(185'000) == "3m5s");
  CHECK(format_duration(7 * 3'600'000 + 12 * 60'000) == "7h12m");
  CHECK(format_duration(std::int64_t{86'400'000} * 3 + 4 * 3'600'000) == "3d4h");
}

TEST_CASE("a name with escape sequences cannot steer the terminal") {
  CHECK(printable("a\x1b[31mred") == "a\\x1b[31mred");
  CHECK(printable("two\nlines\tand\r") == "two\\nlines\\tand\\x0d");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");
  CHECK(printable("\xe2\x80\xae"
                  "gpj.exe") == "\\xe2\\x80\\xaegpj.exe");
}

TEST_CASE("good text in any script is left alone, and broken UTF-8 is shown byte by byte") {
  CHECK(printable("größe 名前 🙂") == "größe 名前 🙂");
  CHECK(printable("\xff"
                  "a\xc3") == "\\xffa\\xc3");
  CHECK(printable("\xc0\xaf\xed\xa0\x80") == "\\xc0\\xaf\\xed\\xa0\\x80");
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("a text is never cut inside a character") {
  CHECK(cut("größe", 3) == "gr");
  CHECK(cut("größe", 4) == "grö");
  CHECK(cut("größe", 99) == "größe");
}

TEST_CASE("columns stay aligned whatever script the cells are in") {
  table shown{{{"NAME"}, {"N", table::align::right}}};
  shown.add({"größe", "1"});
  shown.add({"a", "100"});
  CHECK(shown.text() == "NAME     N\n"
                        "größe    1\n"
                        "a      100\n");
}

TEST_CASE("a cell with a line break stays in its row") {
  table shown{{{"NAME"}}};
  shown.add({"a\nb"});
  CHECK(shown.text() == "NAME\na\\nb\n");
}

TEST_CASE("numbers get separators, and bytes a unit that fits") {
  CHECK(with_separators(0) == "0");
  CHECK(with_separators(999) == "999");
  CHECK(with_separators(1'000) == "1,000");
  CHECK(with_separators(12'345'678) == "12,345,678");
  CHECK(counted(1, "pod", "pods") == "1 pod");
  CHECK(counted(0, "pod", "pods") == "0 pods");
  CHECK(format_bytes(999) == "999 bytes");
  CHECK(format_bytes(1'500) == "1.5 kB");
  CHECK(format_bytes(999'960) == "1.0 MB");
}

TEST_CASE("a CSV field with a quote, a comma or a line break does not break its record") {
  CHECK(csv_record({"plain", "a,b", "say \"hi\"", "two\nlines", ""}) ==
        "plain,\"a,b\",\"say \"\"hi\"\"\",two\\nlines,\r\n");
}

TEST_CASE("a CSV that is looked at in a terminal cannot steer it") {
  CHECK(csv_record({"a\x1b[2J,b"}) == "\"a\\x1b[2J,b\"\r\n");
}
