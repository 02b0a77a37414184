#include "messages/string_table.hpp"
#include "messages/well_known.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace tallyman {

namespace {

constexpr std::uint32_t known = well_known::texts.size();

/// The id that the nth new string of a table gets, counted from 0.
constexpr string_id nth(std::uint32_t n) {
  return string_id{known + n};
}

/// What the tests that fill a table intern as its id `id`.
std::string name_of(std::uint32_t id) {
  if (id < known)
    return std::string{well_known::texts[id]};
  return "a text that does not fit into a short string: " + std::to_string(id);
}

/// Reads random ids below the size until the table holds `count` strings; returns the number of wrong texts.
std::size_t read_until_full(const string_table& table, std::uint32_t count, std::uint32_t step) {
  std::size_t wrong = 0;
  std::uint32_t probe = 0;
  for (auto size = table.size(); size < count; size = table.size()) {
    probe = (probe + step) % size;
    wrong += table.text(string_id{probe}) != name_of(probe);
    wrong += table.text(string_id{size - 1}) != name_of(size - 1);
  }
  return wrong;
}

} // namespace

TEST_CASE("the well-known strings have their ids from the start") {
  string_table table;
  CHECK(table.size() == known);
  CHECK(table.text(string_id::empty).empty());
  CHECK(table.text(well_known::amd64) == "amd64");
  CHECK(table.text(well_known::linux_os) == "linux");
  CHECK(table.text(well_known::pod) == "Pod");
  CHECK(table.text(well_known::node) == "Node");
  for (std::uint32_t i = 0; i < known; ++i)
    CHECK(table.intern(well_known::texts[i]) == string_id{i});
  CHECK(table.size() == known);
}

TEST_CASE("a string that comes again gets its first id, and new ones get the next") {
  string_table table;
  CHECK(table.intern("nginx:1.25") == nth(0));
  CHECK(table.intern("nginx:1.26") == nth(1));
  CHECK(table.intern("nginx:1.25") == nth(0));
  CHECK(table.contains(nth(1)));
  CHECK_FALSE(table.contains(nth(2)));
}

TEST_CASE("strings with a zero byte are not cut short") {
  string_table table;
  const auto id = table.intern(std::string_view{"a\0b", 3});
  CHECK(table.intern("a") != id);
  CHECK(table.text(id) == std::string_view{"a\0b", 3});
}

TEST_CASE("growth over chunk borders neither moves nor mixes up strings") {
  constexpr std::uint32_t count = 10'000; // chunks end at 1,024, 3,072 and 7,168
  string_table table;
  std::vector<std::string_view> seen;
  for (std::uint32_t i = 0; i < count; ++i) {
    REQUIRE(table.intern(name_of(i)) == string_id{i});
    seen.push_back(table.text(string_id{i}));
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto now = table.text(string_id{i});
    REQUIRE(now == name_of(i));
    REQUIRE(now.data() == seen[i].data());
    REQUIRE(table.intern(name_of(i)) == string_id{i});
  }
}

TEST_CASE("define takes ids in their order only, and changes nothing otherwise") {
  string_table table;
  CHECK_FALSE(table.define(string_id{0}, "taken from the start"));
  CHECK_FALSE(table.define(well_known::node, "taken from the start"));
  CHECK_FALSE(table.define(nth(1), "a gap"));
  CHECK(table.size() == known);

  CHECK(table.define(nth(0), "first"));
  CHECK_FALSE(table.define(nth(0), "first"));
  CHECK_FALSE(table.define(nth(0), "another"));
  CHECK(table.define(nth(1), "second"));
  CHECK(table.size() == known + 2);
  CHECK(table.text(nth(0)) == "first");
}

TEST_CASE("define refuses a second id for one text, which would make equal strings differ") {
  string_table table;
  REQUIRE(table.define(nth(0), "first"));
  CHECK_FALSE(table.define(nth(1), "first"));
  CHECK_FALSE(table.define(nth(1), ""));
  CHECK_FALSE(table.define(nth(1), "amd64"));
  CHECK(table.size() == known + 1);
}

TEST_CASE("interning goes on where a replay ended") {
  string_table table;
  REQUIRE(table.define(nth(0), "first"));
  CHECK(table.intern("first") == nth(0));
  CHECK(table.intern("second") == nth(1));
  CHECK(table.define(nth(2), "third"));
}

TEST_CASE("an interner gives the ids of its table, whoever interned first") {
  string_table table;
  interner one{table};
  interner other{table};
  const auto id = one("nginx");
  CHECK(other("nginx") == id);
  CHECK(one("nginx") == id);
  CHECK(one("") == string_id::empty);
  CHECK(table.size() == known + 1);
}

TEST_CASE("an interner does not keep a view of its caller's buffer") {
  string_table table;
  interner intern{table};
  std::string buffer = "a buffer that the caller uses again";
  const auto id = intern(buffer);
  buffer.assign(buffer.size(), 'x');
  CHECK(intern("a buffer that the caller uses again") == id);
  CHECK(intern(buffer) != id);
}

TEST_CASE("readers without a lock see whole strings while the table grows") {
  constexpr std::uint32_t count = 20'000;
  string_table table;
  std::atomic<std::size_t> wrong{0};
  std::vector<std::thread> readers;
  for (const std::uint32_t step : {1u, 769u, 7'919u})
    readers.emplace_back([&, step] { wrong += read_until_full(table, count, step); });
  for (std::uint32_t i = known; i < count; ++i)
    table.intern(name_of(i));
  for (auto& reader : readers)
    reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("threads that intern the same strings at once agree on their ids") {
  constexpr std::uint32_t count = 5'000;
  string_table table;
  std::vector<std::vector<string_id>> ids(4);
  std::vector<std::thread> threads;
  for (auto& mine : ids)
    threads.emplace_back([&table, &mine] {
      interner intern{table};
      for (std::uint32_t i = 0; i < count; ++i)
        mine.push_back(intern(name_of(i)));
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(table.size() == count);
  for (std::uint32_t i = 0; i < count; ++i)
    REQUIRE(table.text(ids[0][i]) == name_of(i));
  for (const auto& others : ids)
    CHECK(others == ids[0]);
}

} // namespace tallyman
