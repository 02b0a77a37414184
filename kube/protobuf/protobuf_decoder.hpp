#pragma once

#include "base/result.hpp"
#include "kube/decoder_options.hpp"
#include "kube/fact_collector.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::kube {

/// Turns a stream of Kubernetes objects in protobuf (`application/vnd.kubernetes.protobuf`) into the same
/// observations as `json_decoder` makes of the same objects in JSON. A list's items are projected as they
/// stream in, so memory depends on the largest object, not on the list.
///
/// Errors: `bad_input`, one line that starts with "byte N: ", without the name of the source. What came
/// before the bad object has been decoded; no part of the bad object is. Without `keep_going` the decoder
/// stays failed. With it a bad object in sound framing is skipped with a warning; bad framing, behind which
/// nothing can be found, is an error all the same.
///
/// Threads: one at a time.
class protobuf_decoder {
public:
  enum class framing : std::uint8_t {
    object, ///< one object or one list, in its envelope: the body of an answer
    watch,  ///< `;stream=watch`: any number of watch events, each with its length in front of it
  };

  /// Hands what it decodes to `into`, which must outlive it: several decoders can take turns. What `options`
  /// say of complete lists is for the collector to know.
  protobuf_decoder(fact_collector& into, framing what, decoder_options options = {});
  ~protobuf_decoder();
  protobuf_decoder(const protobuf_decoder&) = delete;
  protobuf_decoder& operator=(const protobuf_decoder&) = delete;

  /// Takes the next bytes of the stream, cut anywhere.
  result<void> feed(std::string_view bytes);
  /// Says that the stream is over: an object that is not complete is an error now.
  result<void> finish();

  /// As for `json_decoder`.
  std::vector<std::string> take_warnings();

private:
  class state;
  std::unique_ptr<state> state_;
};

} // namespace tallyman::kube
