// The protobuf decoder: two bytes of options, then the body of an answer or a watch.

#include "fuzz/memory_limit.hpp"
#include "fuzz/target.hpp"
#include "kube/protobuf_support.hpp"

using namespace tallyman;
using namespace tallyman::testing;
using framing = kube::protobuf_decoder::framing;

namespace {

// The window and the observations.
constexpr std::size_t bytes_per_byte_max = 32;
constexpr std::size_t bytes_at_least = std::size_t{1} << 20;

kube::decoder_options options_of(std::uint64_t bits) {
  kube::decoder_options options;
  options.lists_are_complete = (bits & 1) != 0;
  options.keep_going = (bits & 2) != 0;
  if ((bits & 4) != 0)
    options.object_bytes_max = 700;
  return options;
}

void check_memory(std::string_view bytes, framing what, const kube::decoder_options& options) {
  const memory_limit limit{bytes_at_least + bytes_per_byte_max * bytes.size()};
  string_table table;
  interner strings{table};
  kube::fact_collector into{strings, options.lists_are_complete};
  kube::protobuf_decoder decoder{into, what, options};
  if (decoder.feed(bytes))
    (void)decoder.finish();
  (void)into.take();
  (void)decoder.take_warnings();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  recipe given{data, size};
  const auto bits = given.number(1);
  const auto options = options_of(bits);
  const auto what = (bits & 8) != 0 ? framing::object : framing::watch;
  const auto chunk = given.number(1) % 64 + 1;
  const auto bytes = given.rest();
  check_memory(bytes, what, options);
  const auto whole = kube::testing::decode_protobuf(bytes, what, options);
  const auto cut = kube::testing::decode_protobuf(bytes, what, options, [&] { return chunk; });
  must(whole.error == cut.error, "an input is refused or not, however it is cut into chunks");
  must(whole.lines == cut.lines, "an input means the same, however it is cut into chunks");
  must(whole.error.find('\n') == std::string::npos, "an error is one line");
  return 0;
}
