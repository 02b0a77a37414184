// The decoder of a journal record's payload: one byte of record type, then the payload.

#include "fuzz/memory_limit.hpp"
#include "fuzz/target.hpp"
#include "messages/fact_content.hpp"
#include "messages/wire/fact_codec.hpp"

#include <optional>
#include <vector>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

// Two bytes on disk may be an empty container: a message, an element of the repeated field, one of the pool.
constexpr std::size_t bytes_per_byte_max = 128;
constexpr std::size_t bytes_at_least = std::size_t{64} << 10;

string_table& strings() {
  static string_table table;
  if (!table.contains(string_id{40}))
    for (int i = 0; i < 40; ++i)
      table.intern("string " + std::to_string(i));
  return table;
}

std::vector<std::byte> encode(const fact_batch& batch, const fact& item) {
  fact_encoder encoder;
  std::vector<std::byte> payload(encoder.prepare(batch, item));
  encoder.write(payload);
  return payload;
}

/// Everything that the payload says, or nothing if it is refused.
std::optional<std::string> decode(std::uint8_t type, std::span<const std::byte> payload, fact_batch& out) {
  fact_decoder decoder;
  const auto decoded = decoder.decode(type, 7, payload, strings(), out);
  if (!decoded) {
    must(out.facts.empty() && out.containers.empty() && out.texts.empty(),
         "a refused payload leaves nothing");
    must(decoded.failure().what.find('\n') == std::string::npos, "an error is one line");
    return std::nullopt;
  }
  must(out.facts.size() == 1, "a payload is one fact");
  return content_of(out, out.facts[0], strings());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  recipe given{data, size};
  const auto type = static_cast<std::uint8_t>(given.number(1));
  const auto payload = std::as_bytes(std::span{given.rest()});
  strings();
  fact_batch first;
  {
    const memory_limit limit{bytes_at_least + bytes_per_byte_max * payload.size()};
    fact_decoder decoder;
    (void)decoder.decode(type, 7, payload, strings(), first);
  }
  first.clear();
  const auto content = decode(type, payload, first);
  if (!content)
    return 0;
  fact_batch second;
  const auto again = decode(type, encode(first, first.facts[0]), second);
  must(again == content, "what was decoded can be encoded and decoded again, and says the same");
  return 0;
}
