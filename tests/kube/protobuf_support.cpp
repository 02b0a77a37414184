#include "kube/protobuf_support.hpp"

#include <algorithm>
#include <iterator>

namespace tallyman::kube::testing {

namespace {

std::string big_endian(std::size_t size) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(size >> shift & 0xff);
  return bytes;
}

} // namespace

decoded decode_protobuf(std::string_view bytes, framing what, decoder_options options,
                        const chunking& next_chunk) {
  string_table table;
  interner strings{table};
  fact_collector into{strings, options.lists_are_complete};
  protobuf_decoder decoder{into, what, options};
  decoded all;
  const auto take = [&](const result<void>& done) {
    const auto seen = into.take();
    auto rendered = render(seen, table);
    for (const auto& each : seen.batch.containers)
      all.instances.push_back(each.instance);
    std::move(rendered.begin(), rendered.end(), std::back_inserter(all.lines));
    auto warnings = decoder.take_warnings();
    std::move(warnings.begin(), warnings.end(), std::back_inserter(all.warnings));
    if (!done && all.error.empty())
      all.error = done.failure().what;
  };
  while (!bytes.empty() && all.error.empty()) {
    const auto chunk = bytes.substr(0, next_chunk ? next_chunk() : bytes.size());
    bytes.remove_prefix(chunk.size());
    take(decoder.feed(chunk));
  }
  if (all.error.empty())
    take(decoder.finish());
  all.counters = into.counters();
  return all;
}

void wire_writer::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    bytes_ += static_cast<char>((value & 0x7f) | 0x80);
  bytes_ += static_cast<char>(value);
}

wire_writer& wire_writer::text(std::uint32_t number, std::string_view bytes) {
  varint(std::uint64_t{number} << 3 | 2);
  varint(bytes.size());
  bytes_ += bytes;
  return *this;
}

wire_writer& wire_writer::number(std::uint32_t field, std::uint64_t value) {
  varint(std::uint64_t{field} << 3);
  varint(value);
  return *this;
}

std::string in_envelope(std::string_view kind, std::string_view api_version, std::string_view object) {
  const auto type = wire_writer{}.text(1, api_version).text(2, kind).bytes();
  return std::string{"k8s\0", 4} +
         wire_writer{}.text(1, type).text(2, object).text(3, "").text(4, "").bytes();
}

std::string in_frame(std::string_view type, std::string_view enveloped) {
  const auto event = wire_writer{}.text(1, type).text(2, wire_writer{}.text(1, enveloped).bytes()).bytes();
  return big_endian(event.size()) + event;
}

std::vector<std::string> frames_of(std::string_view stream) {
  std::vector<std::string> frames;
  while (stream.size() >= 4) {
    std::size_t size = 0;
    for (const auto byte : stream.substr(0, 4))
      size = size << 8 | static_cast<unsigned char>(byte);
    frames.emplace_back(stream.substr(0, size + 4));
    stream.remove_prefix(std::min(stream.size(), size + 4));
  }
  return frames;
}

} // namespace tallyman::kube::testing
