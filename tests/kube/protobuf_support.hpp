#pragma once

#include "kube/protobuf/protobuf_decoder.hpp"
#include "kube/support.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tallyman::kube::testing {

using framing = protobuf_decoder::framing;

decoded decode_protobuf(std::string_view bytes, framing what, decoder_options options = {},
                        const chunking& next_chunk = {});

/// Writes protobuf fields one after the other.
class wire_writer {
public:
  wire_writer& text(std::uint32_t number, std::string_view bytes);
  wire_writer& number(std::uint32_t field, std::uint64_t value);
  const std::string& bytes() const { return bytes_; }

private:
  void varint(std::uint64_t value);

  std::string bytes_;
};

/// An object in Kubernetes' envelope.
std::string in_envelope(std::string_view kind, std::string_view api_version, std::string_view object);

/// A watch event with its length in front.
std::string in_frame(std::string_view type, std::string_view enveloped);

/// The watch events of a recorded stream, with their lengths.
std::vector<std::string> frames_of(std::string_view stream);

} // namespace tallyman::kube::testing
