#include "messages/random_facts.hpp"
#include "messages/seed.hpp"
#include "messages/wire/fact_codec.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};

void* allocate(std::size_t size) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size);
}

} // namespace

// Replaced for the whole program, to count; which is why this test has a program of its own.
void* operator new(std::size_t size) {
  if (void* memory = allocate(size))
    return memory;
  throw std::bad_alloc{};
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace tallyman {

namespace {

struct coded_batch {
  fact_batch facts;
  std::vector<std::byte> buffer = std::vector<std::byte>(1 << 20);
  std::vector<std::span<const std::byte>> payloads;
  fact_batch decoded;
};

bool encode_and_decode(coded_batch& batch, fact_encoder& encoder, fact_decoder& decoder,
                       const string_table& strings) {
  batch.payloads.clear();
  batch.decoded.clear();
  std::size_t at = 0;
  bool ok = true;
  for (const auto& item : batch.facts.facts) {
    const auto target = std::span{batch.buffer}.subspan(at, encoder.prepare(batch.facts, item));
    encoder.write(target);
    batch.payloads.push_back(target);
    at += target.size();
    const auto type = static_cast<std::uint8_t>(fact_encoder::type_of(item));
    ok = decoder.decode(type, item.time_ms, target, strings, batch.decoded).ok() && ok;
  }
  return ok;
}

} // namespace

TEST_CASE("a codec that has seen a batch does not allocate for the next one like it") {
  const auto seed = testing::test_seed();
  CAPTURE(seed);
  string_table strings;
  testing::random_facts random{seed, strings};
  coded_batch batch;
  for (std::size_t i = 0; i < 1'200; ++i)
    random.add(batch.facts, i % std::variant_size_v<fact_body>);

  fact_encoder encoder;
  fact_decoder decoder;
  REQUIRE(encode_and_decode(batch, encoder, decoder, strings));
  const auto before = allocations.load();
  REQUIRE(before > 0); // the count is alive
  const bool ok = encode_and_decode(batch, encoder, decoder, strings);
  const auto after = allocations.load();
  CHECK(ok);
  CHECK(after - before == 0);
}

} // namespace tallyman
