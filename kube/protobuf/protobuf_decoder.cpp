#include "kube/protobuf/protobuf_decoder.hpp"

#include "kube/kinds.hpp"
#include "kube/project.hpp"
#include "kube/protobuf/protobuf_object_reader.hpp"
#include "kube/protobuf/wire_header.hpp"
#include "kube/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tallyman::kube {

namespace {

// What an envelope and a watch event add to an object.
constexpr std::size_t frame_overhead_max = 4096;
} // namespace

class protobuf_decoder::state {
public:
  state(fact_collector& into, framing what, const decoder_options& options)
      : options_(options), into_(into), phase_(what == framing::watch ? phase::frame : phase::magic) {}

  result<void> feed(std::string_view bytes);
  result<void> finish();

  std::vector<std::string> take_warnings() { return warnings_.take(); }

private:
  // watch: frame* ; object: magic, then fields of the envelope; a list in it: fields of the list.
  enum class phase : std::uint8_t { frame, magic, envelope, list };
  enum class progress : std::uint8_t { made, starved };

  result<progress> advance();
  result<progress> read_frame();
  result<progress> read_magic();
  result<progress> read_envelope_field();
  result<progress> read_list_field();

  result<void> decode_frame(std::string_view bytes);
  result<void> decode_object(std::string_view bytes, std::string_view event_type);
  result<void> decode_item(std::string_view bytes);
  result<void> take_list_metadata(std::string_view bytes);
  void end_list();
  result<void> pass_judgement(result<void> decoded);
  result<progress> skip(const field_header& field);

  std::string_view rest() const { return std::string_view{window_}.substr(done_); }
  void consume(std::size_t count);
  error failed_at(std::string_view what, std::size_t ahead = 0) const;

  decoder_options options_;
  fact_collector& into_;
  protobuf_object_reader reader_;
  warnings warnings_;
  std::optional<error> failure_;

  std::string window_;      ///< what has been fed and not yet decoded
  std::size_t done_ = 0;    ///< bytes at its front that have been
  std::uint64_t place_ = 0; ///< of the first byte that has not been, in the stream
  phase phase_;
  std::uint64_t to_skip_ = 0;

  std::string type_bytes_; ///< the text that `type_` views
  protobuf_object_reader::envelope type_;
  bool object_seen_ = false; ///< the envelope's
  std::uint64_t list_left_ = 0;
  std::string item_kind_;
  std::string list_version_;
  std::string list_continue_;
};

// -- framing ------------------------------------------------------------------------------------

void protobuf_decoder::state::consume(std::size_t count) {
  done_ += count;
  place_ += count;
}

error protobuf_decoder::state::failed_at(std::string_view what, std::size_t ahead) const {
  return {error_kind::bad_input, fmt::format("byte {}: {}", place_ + ahead, what)};
}

result<void> protobuf_decoder::state::feed(std::string_view bytes) {
  if (failure_)
    return *failure_;
  into_.counters().bytes += bytes.size();
  window_.append(bytes);
  for (;;) {
    const auto step = advance();
    if (!step) {
      into_.note_loss();
      into_.abandon_page();
      ++into_.counters().errors;
      failure_ = step.failure();
      return *failure_;
    }
    if (*step == progress::starved)
      break;
  }
  window_.erase(0, done_);
  done_ = 0;
  return {};
}

result<protobuf_decoder::state::progress> protobuf_decoder::state::advance() {
  if (to_skip_ > 0) {
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, rest().size()));
    consume(now);
    to_skip_ -= now;
    if (to_skip_ > 0)
      return progress::starved;
  }
  switch (phase_) {
  case phase::frame:
    return read_frame();
  case phase::magic:
    return read_magic();
  case phase::envelope:
    return read_envelope_field();
  case phase::list:
    return read_list_field();
  }
  return progress::starved;
}

result<protobuf_decoder::state::progress> protobuf_decoder::state::read_frame() {
  if (rest().size() < frame_header_bytes)
    return progress::starved;
  const auto size = big_endian(rest());
  if (size > options_.object_bytes_max + frame_overhead_max)
    return failed_at(
        fmt::format("a watch event of {} bytes: an object is larger than {} bytes, or this is no stream "
                    "of watch events in protobuf",
                    size, options_.object_bytes_max));
  if (rest().size() - frame_header_bytes < size)
    return progress::starved;
  const auto bytes = rest().substr(frame_header_bytes, size);
  if (auto done = pass_judgement(decode_frame(bytes)); !done)
    return done.failure();
  consume(frame_header_bytes + size);
  return progress::made;
}

result<protobuf_decoder::state::progress> protobuf_decoder::state::read_magic() {
  constexpr auto magic = protobuf_object_reader::magic;
  if (!magic.starts_with(rest().substr(0, magic.size())))
    return failed_at("an object without Kubernetes' protobuf envelope");
  if (rest().size() < magic.size())
    return progress::starved;
  consume(magic.size());
  phase_ = phase::envelope;
  return progress::made;
}

result<protobuf_decoder::state::progress> protobuf_decoder::state::read_envelope_field() {
  field_header field;
  switch (read_header(rest(), field)) {
  case header_state::cut_off:
    return progress::starved;
  case header_state::malformed:
    return failed_at("the envelope of an object is not protobuf");
  case header_state::complete:
    break;
  }
  if (field.number != 1 && field.number != 2)
    return skip(field);
  if (field.number == 2 && !item_kind_of(type_.kind).empty()) {
    if (object_seen_)
      return failed_at("an envelope with two objects");
    consume(field.header_bytes);
    object_seen_ = true;
    list_left_ = field.bytes;
    item_kind_ = item_kind_of(type_.kind);
    list_version_.clear();
    list_continue_.clear();
    into_.open_page();
    phase_ = phase::list;
    return progress::made;
  }
  if (field.bytes > options_.object_bytes_max)
    return failed_at(fmt::format("an object is larger than {} bytes", options_.object_bytes_max));
  const auto size = static_cast<std::size_t>(field.bytes);
  if (rest().size() - field.header_bytes < size)
    return progress::starved;
  const auto bytes = rest().substr(field.header_bytes, size);
  if (field.number == 1) {
    type_bytes_ = bytes;
    type_ = {};
    if (auto read = reader_.read_type(type_bytes_, type_); !read)
      return failed_at(read.failure().what);
  } else {
    object_seen_ = true;
    if (auto done = pass_judgement(decode_object(bytes, {})); !done)
      return done.failure();
  }
  consume(field.header_bytes + size);
  return progress::made;
}

result<protobuf_decoder::state::progress> protobuf_decoder::state::read_list_field() {
  if (list_left_ == 0) {
    end_list();
    phase_ = phase::envelope;
    return progress::made;
  }
  const auto there =
      rest().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(list_left_, rest().size())));
  field_header field;
  const auto header = read_header(there, field);
  if (header == header_state::cut_off && there.size() < list_left_)
    return progress::starved;
  if (header != header_state::complete || field.bytes > list_left_ - field.header_bytes)
    return failed_at("a list is not the protobuf message that it should be");
  if (field.number != 1 && field.number != 2) {
    list_left_ -= field.header_bytes + field.bytes;
    return skip(field);
  }
  if (field.bytes > options_.object_bytes_max) {
    const auto problem =
        failed_at(fmt::format("an object is larger than {} bytes", options_.object_bytes_max));
    if (!options_.keep_going || field.number == 1)
      return problem;
    into_.note_loss();
    ++into_.counters().errors;
    warnings_.add(problem.what);
    list_left_ -= field.header_bytes + field.bytes;
    return skip(field);
  }
  const auto size = static_cast<std::size_t>(field.bytes);
  if (rest().size() - field.header_bytes < size)
    return progress::starved;
  const auto bytes = rest().substr(field.header_bytes, size);
  const auto done = field.number == 1 ? take_list_metadata(bytes) : pass_judgement(decode_item(bytes));
  if (!done)
    return done.failure();
  consume(field.header_bytes + size);
  list_left_ -= field.header_bytes + size;
  return progress::made;
}

result<protobuf_decoder::state::progress> protobuf_decoder::state::skip(const field_header& field) {
  consume(field.header_bytes);
  to_skip_ = field.bytes;
  return progress::made;
}

result<void> protobuf_decoder::state::finish() {
  if (failure_)
    return *failure_;
  const bool in_envelope = phase_ == phase::envelope && object_seen_;
  const bool whole = rest().empty() && to_skip_ == 0 && (phase_ == phase::frame || in_envelope);
  if (whole)
    return {};
  into_.note_loss();
  into_.abandon_page();
  ++into_.counters().errors;
  const auto* what = phase_ == phase::list ? "list" : phase_ == phase::frame ? "watch event" : "object";
  failure_ = failed_at(fmt::format("the input ends within this {}", what));
  return *failure_;
}

// -- contents -----------------------------------------------------------------------------------

/// Passes on what is to be noted of an object. What becomes of a bad one in sound framing.
result<void> protobuf_decoder::state::pass_judgement(result<void> decoded) {
  for (const auto& note : into_.take_notes())
    warnings_.add(failed_at(note).what);
  if (decoded)
    return decoded;
  auto problem = failed_at(decoded.failure().what);
  if (!options_.keep_going)
    return problem;
  into_.note_loss();
  ++into_.counters().errors;
  warnings_.add(std::move(problem.what));
  return {};
}

result<void> protobuf_decoder::state::decode_frame(std::string_view bytes) {
  const auto event = reader_.read_event(bytes);
  if (!event)
    return event.failure();
  const auto envelope = reader_.read_envelope(event->object);
  if (!envelope)
    return envelope.failure();
  type_ = *envelope;
  return decode_object(envelope->object, event->type);
}

result<void> protobuf_decoder::state::decode_object(std::string_view bytes, std::string_view event_type) {
  const auto object = reader_.read_object(bytes, type_.kind, type_.api_version);
  if (!object) {
    const auto& named = reader_.incomplete();
    if (named.name.empty())
      return object.failure();
    return error{object.failure().kind, fmt::format("{}: {}", describe(named), object.failure().what)};
  }
  return phase_ == phase::frame ? into_.take_event(event_type, **object) : into_.take_object(**object);
}

result<void> protobuf_decoder::state::decode_item(std::string_view bytes) {
  const auto object = reader_.read_object(bytes, item_kind_, type_.api_version);
  if (!object)
    return error{object.failure().kind,
                 fmt::format("{}: {}", describe(reader_.incomplete()), object.failure().what)};
  return into_.take_object(**object);
}

result<void> protobuf_decoder::state::take_list_metadata(std::string_view bytes) {
  object_fields read;
  if (auto done = reader_.read_list_metadata(bytes, read); !done)
    return failed_at(done.failure().what);
  list_version_ = read.resource_version;
  list_continue_ = read.list_continue;
  return {};
}

void protobuf_decoder::state::end_list() {
  object_fields list;
  list.kind = type_.kind;
  list.api_version = type_.api_version;
  list.resource_version = list_version_;
  list.list_continue = list_continue_;
  into_.close_page(list);
}

// -- public -------------------------------------------------------------------------------------

protobuf_decoder::protobuf_decoder(fact_collector& into, framing what, decoder_options options)
    : state_(std::make_unique<state>(into, what, options)) {}

protobuf_decoder::~protobuf_decoder() = default;

result<void> protobuf_decoder::feed(std::string_view bytes) {
  return state_->feed(bytes);
}

result<void> protobuf_decoder::finish() {
  return state_->finish();
}

std::vector<std::string> protobuf_decoder::take_warnings() {
  return state_->take_warnings();
}

} // namespace tallyman::kube
