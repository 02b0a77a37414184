#pragma once

#include "base/result.hpp"
#include "kube/counters.hpp"
#include "kube/decoder_options.hpp"
#include "kube/fact_collector.hpp"
#include "kube/warnings.hpp"
#include "messages/observations.hpp"
#include "messages/string_table.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::kube {

using json_decoder_options = decoder_options;

/// Turns a stream of Kubernetes JSON into observations.
///
/// The input is any mix of watch events, single objects and lists, one after the other with or without white
/// space between them, in one line or in many. A list's items are projected as they stream in, so memory
/// depends on the largest object, not on the input:
///
///     json_decoder decoder{strings};
///     while (auto chunk = read())
///       if (auto done = decoder.feed(chunk); deliver(decoder.take()), !done)
///         return done;
///     auto done = decoder.finish();
///     deliver(decoder.take());
///
/// Errors: `bad_input`, one line that starts with "byte N, line M: ", without the name of the source. What
/// came before the bad value has been decoded and is there for `take`; no part of the bad value is. Without
/// `keep_going` the decoder stays failed. With it `feed` and `finish` always succeed, and a bad value ends
///   - at its closing bracket, if it has one, or
///   - if it is not even JSON, is too large or too deep, or is no object: at the first newline within it
///     that is followed by '{', if that comes first. A list that this cuts short is over.
///
/// Threads: one at a time. Lifetime: the interner must outlive the decoder.
class json_decoder {
public:
  explicit json_decoder(interner& strings, json_decoder_options options = {});
  /// Hands what it decodes to `into`, which must outlive it: several decoders can take turns. What `options`
  /// say of complete lists is for the collector to know.
  explicit json_decoder(fact_collector& into, json_decoder_options options = {});
  ~json_decoder();

  json_decoder(const json_decoder&) = delete;
  json_decoder& operator=(const json_decoder&) = delete;

  /// Takes the next bytes of the stream, cut anywhere.
  result<void> feed(std::string_view bytes);

  /// Says that the stream is over: a value that is not complete is an error now.
  result<void> finish();

  /// After `finish`: what is fed from now on is another stream, with byte and line counted from its start. A
  /// list whose first pages were in the streams before goes on; counters go on, too.
  void next_stream();

  /// What has been decoded since the last call. Call it after every `feed`, a failed one too: it holds about
  /// a tenth of what was fed.
  observations take();

  /// One line for each failure that the API server reported in the stream (a `Status`, an ERROR event) and
  /// for each bad value that `keep_going` skipped, and what is to be noted of good ones, since the last call.
  /// At most `warnings_max`; the last line then says how many there were beyond.
  std::vector<std::string> take_warnings();
  static constexpr std::size_t warnings_max = warnings::lines_max;

  const kube::counters& counters() const noexcept;

private:
  class state;
  std::unique_ptr<state> state_;
};

} // namespace tallyman::kube
