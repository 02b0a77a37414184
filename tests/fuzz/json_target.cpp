// The JSON decoder: two bytes of options, then the stream.

#include "fuzz/memory_limit.hpp"
#include "fuzz/target.hpp"
#include "kube/support.hpp"

using namespace tallyman;
using namespace tallyman::testing;

namespace {

// The window, simdjson's index and string buffer, and the observations.
constexpr std::size_t bytes_per_byte_max = 32;
constexpr std::size_t bytes_at_least = std::size_t{1} << 20;

kube::json_decoder_options options_of(std::uint64_t bits) {
  kube::json_decoder_options options;
  options.lists_are_complete = (bits & 1) != 0;
  options.keep_going = (bits & 2) != 0;
  if ((bits & 4) != 0)
    options.object_bytes_max = 700;
  if ((bits & 16) != 0)
    options.nesting_max = 6;
  return options;
}

void check_memory(std::string_view text, const kube::json_decoder_options& options) {
  const memory_limit limit{bytes_at_least + bytes_per_byte_max * text.size()};
  string_table table;
  interner strings{table};
  kube::json_decoder decoder{strings, options};
  if (decoder.feed(text))
    (void)decoder.finish();
  (void)decoder.take();
  (void)decoder.take_warnings();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  recipe given{data, size};
  const auto options = options_of(given.number(1));
  const auto chunk = given.number(1) % 64 + 1;
  const auto text = given.rest();
  check_memory(text, options);
  const auto whole = kube::testing::decode(text, options);
  const auto cut = kube::testing::decode(text, options, [&] { return chunk; });
  // Not the reasons: what is bad in two ways is refused for whichever is seen first.
  must(whole.error.empty() == cut.error.empty(), "an input is refused or not, however it is cut into chunks");
  must(whole.lines == cut.lines, "an input means the same, however it is cut into chunks");
  must(!options.keep_going || whole.error.empty(), "with keep_going nothing is refused");
  must(whole.error.find('\n') == std::string::npos, "an error is one line");
  return 0;
}
