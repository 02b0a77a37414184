#pragma once

#include "kube/json/json_decoder.hpp"
#include "kube/protobuf/protobuf_decoder.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace tallyman::kube::testing {

/// Feeds arbitrary bytes to every decoder in every mode. The first byte chooses where they are cut. Whatever
/// they are, nothing must crash, hang, or read outside of them: the sanitizers say so.
inline void fuzz_decoders(std::span<const std::uint8_t> bytes) {
  if (bytes.empty())
    return;
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1};
  const std::size_t cut = text.empty() ? 0 : bytes[0] % text.size();
  for (const bool keep_going : {false, true}) {
    decoder_options options;
    options.keep_going = keep_going;
    options.lists_are_complete = true;
    options.object_bytes_max = 1 << 16;
    const auto run = [&](auto& decoder) {
      if (decoder.feed(text.substr(0, cut)) && decoder.feed(text.substr(cut)))
        static_cast<void>(decoder.finish());
    };
    string_table table;
    interner strings{table};
    fact_collector into{strings, true};
    for (const auto what : {protobuf_decoder::framing::watch, protobuf_decoder::framing::object}) {
      protobuf_decoder decoder{into, what, options};
      run(decoder);
    }
    json_decoder decoder{into, options};
    run(decoder);
  }
}

} // namespace tallyman::kube::testing
