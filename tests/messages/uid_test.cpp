#include "messages/seed.hpp"
#include "messages/uid.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

namespace tallyman {

namespace {

std::string random_uuid(std::mt19937_64& random) {
  std::string text = "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx";
  for (auto& c : text)
    if (c == 'x')
      c = "0123456789abcdef"[random() % 16];
  return text;
}

} // namespace

TEST_CASE("a UUID is stored in binary and comes back as it was") {
  string_table table;
  interner strings{table};
  const auto strings_before = table.size();
  const auto id = parse_uid("6f1a8c02-93d4-4b7e-8a55-0c1d2e3f4a5b", strings);
  CHECK(id == uid{0x6f1a8c0293d44b7e, 0x8a550c1d2e3f4a5b});
  CHECK(interned_part(id) == string_id::empty);
  CHECK(to_string(id, table) == "6f1a8c02-93d4-4b7e-8a55-0c1d2e3f4a5b");
  CHECK(table.size() == strings_before); // a UUID per object would grow it without bound
}

TEST_CASE("UUIDs sort as their texts do") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  string_table table;
  interner strings{table};
  std::vector<std::string> texts(500);
  std::generate(texts.begin(), texts.end(), [&] { return random_uuid(random); });
  std::vector<uid> ids;
  for (const auto& text : texts)
    ids.push_back(parse_uid(text, strings));

  std::sort(texts.begin(), texts.end());
  std::sort(ids.begin(), ids.end());
  for (std::size_t i = 0; i < texts.size(); ++i)
    REQUIRE(to_string(ids[i], table) == texts[i]);
}

TEST_CASE("any text that is not a plain UUID keeps its exact spelling") {
  const std::string text =
      GENERATE(as<std::string>{},
               "6F1A8C02-93D4-4B7E-8A55-0C1D2E3F4A5B",  // upper case
               "6f1a8c02-93d4-4b7e-8a55-0c1d2e3f4a5B",  // one digit of it
               "6f1a8c02-93d4-fb7e-8a55-0c1d2e3f4a5b",  // version 15, the mark of interned text
               "00000000-0000-f000-0000-000000000001",  // the mark itself
               "00000000-0000-0000-0000-000000000000",  // nil, the bits of the empty uid
               "ffffffff-ffff-ffff-ffff-ffffffffffff",  // max
               "6f1a8c02093d4-4b7e-8a55-0c1d2e3f4a5b",  // a digit for a dash
               "6f1a8c0-293d4-4b7e-8a55-0c1d2e3f4a5b",  // a dash for a digit
               "6f1a8c02-93d4-4b7e-8a55-0c1d2e3f4a5",   // one short
               "6f1a8c02-93d4-4b7e-8a55-0c1d2e3f4a5b0", // one long
               "6f1a8c02-93d4-4b7e-8a55-0c1d2e3f4a5g",  // not a digit
               "6f1a8c0293d44b7e8a550c1d2e3f4a5b",      // no dashes
               "static-pod-of-some-kubelet", " ", "4");
  CAPTURE(text);
  string_table table;
  interner strings{table};
  const auto id = parse_uid(text, strings);
  CHECK_FALSE(id.empty());
  CHECK(to_string(id, table) == text);
  CHECK(table.text(interned_part(id)) == text);
  CHECK(parse_uid(text, strings) == id);
  CHECK(is_valid(id, table));
}

TEST_CASE("upper and lower case of one UUID stay two uids") {
  string_table table;
  interner strings{table};
  CHECK(parse_uid("6f1a8c02-93d4-4b7e-8a55-0c1d2e3f4a5b", strings) !=
        parse_uid("6F1A8C02-93D4-4B7E-8A55-0C1D2E3F4A5B", strings));
}

TEST_CASE("the empty text is the empty uid and back") {
  string_table table;
  interner strings{table};
  CHECK(parse_uid("", strings).empty());
  CHECK(to_string(uid{}, table).empty());
  CHECK(interned_part(uid{}) == string_id::empty);
  CHECK(is_valid(uid{}, table));
}

TEST_CASE("a uid from a file that names no string of the table is not valid") {
  string_table table;
  interner strings{table};
  const auto id = parse_uid("not a UUID", strings);
  REQUIRE(is_valid(id, table));
  CHECK_FALSE(is_valid({id.high, 0}, table));
  CHECK_FALSE(is_valid({id.high, id.low + 1}, table));
  CHECK_FALSE(
      is_valid({id.high, id.low + (std::uint64_t{1} << 32)}, table)); // the id must not be cut to 32 bits
  CHECK_FALSE(is_valid({id.high | 1, id.low}, table));                // two uids of one text
}

} // namespace tallyman
