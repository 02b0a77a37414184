#include "kube/json/json_decoder.hpp"

#include "base/invariant.hpp"
#include "kube/json/input_window.hpp"
#include "kube/json/json_splitter.hpp"
#include "kube/json/piece_decoder.hpp"
#include "kube/warnings.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace tallyman::kube {

namespace {

// Large chunks are taken in slices, so that what is scanned, parsed and projected stays in the cache.
constexpr std::size_t slice_bytes = std::size_t{256} << 10;

static_assert(input_window::padding >= simdjson::SIMDJSON_PADDING);

} // namespace

class json_decoder::state {
public:
  state(interner& strings, const json_decoder_options& options)
      : options_(options), splitter_(options.nesting_max),
        own_(std::in_place, strings, options.lists_are_complete), into_(*own_), pieces_(into_) {}

  state(fact_collector& into, const json_decoder_options& options)
      : options_(options), splitter_(options.nesting_max), into_(into), pieces_(into_) {}

  result<void> feed(std::string_view bytes);
  result<void> finish();
  void next_stream();
  observations take() { return into_.take(); }
  std::vector<std::string> take_warnings() { return warnings_.take(); }
  const kube::counters& counters() noexcept { return into_.counters(); }

private:
  using piece = json_splitter::piece;
  using step = json_splitter::step;

  result<void> drain();
  result<void> take_piece(const step& found);
  result<void> decode(const step& found);
  result<void> refuse(const step& found, const error& problem);
  bool is_too_large(const step& found) const;

  json_decoder_options options_;
  input_window window_;
  json_splitter splitter_;
  std::optional<fact_collector> own_;
  fact_collector& into_;
  piece_decoder pieces_;
  std::optional<error> failure_;
  warnings warnings_;
};

result<void> json_decoder::state::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (failure_)
      return *failure_;
    const auto slice = bytes.substr(0, slice_bytes);
    bytes.remove_prefix(slice.size());
    into_.counters().bytes += slice.size();
    window_.append(slice);
    if (auto drained = drain(); !drained)
      return drained;
    const auto done = splitter_.needed_from();
    window_.drop_front(done);
    splitter_.drop_front(done);
  }
  return {};
}

result<void> json_decoder::state::drain() {
  for (;;) {
    auto found = splitter_.next(window_.text(), window_.size());
    if (found.what == piece::none) {
      found.begin = splitter_.needed_from();
      found.end = window_.size();
      if (!is_too_large(found))
        return {};
    }
    if (auto taken = take_piece(found); !taken)
      return taken;
  }
}

result<void> json_decoder::state::take_piece(const step& found) {
  if (found.what == piece::object || found.what == piece::list_head)
    into_.abandon_page();
  if (found.what == piece::bad)
    return refuse(found, {error_kind::damaged, std::string{found.problem}});
  if (is_too_large(found))
    return refuse(found, {error_kind::damaged,
                          fmt::format("an object is larger than {} bytes", options_.object_bytes_max)});
  if (const auto decoded = decode(found); !decoded)
    return refuse(found, decoded.failure());
  for (const auto& note : into_.take_notes())
    warnings_.add(fmt::format("{}: {}", window_.place_of(found.begin), note));
  if (own_)
    if (const auto reported = into_.take_failure(); !reported.message.empty())
      warnings_.add(
          fmt::format("{}: the API server reported: {}", window_.place_of(found.begin), reported.message));
  return {};
}

bool json_decoder::state::is_too_large(const step& found) const {
  const auto shell = found.what == piece::list_tail ? pieces_.shell_bytes() : 0;
  return shell + (found.end - found.begin) > options_.object_bytes_max;
}

result<void> json_decoder::state::decode(const step& found) {
  const std::string_view text{window_.text() + found.begin, found.end - found.begin};
  // What follows must have no say: simdjson takes a brace there for one that the text lacks.
  const input_window::end_mark end{window_, found.end};
  switch (found.what) {
  case piece::object:
    return pieces_.decode_object(text);
  case piece::list_head:
    return pieces_.open_list(text);
  case piece::item:
    return pieces_.decode_item(text);
  case piece::list_tail:
    return pieces_.close_list(text);
  case piece::none:
  case piece::bad:
    break;
  }
  invariant(false && "nothing to decode");
  return {};
}

result<void> json_decoder::state::refuse(const step& found, const error& problem) {
  ++into_.counters().errors;
  into_.note_loss();
  auto where = fmt::format("{}: {}", window_.place_of(found.begin), problem.what);
  if (!options_.keep_going) {
    failure_ = error{error_kind::bad_input, std::move(where)};
    return *failure_;
  }
  warnings_.add(std::move(where));
  const bool is_whole = found.what == piece::object || found.what == piece::item;
  if (problem.kind == error_kind::damaged || !is_whole)
    splitter_.skip(window_.text(), found);
  return {};
}

result<void> json_decoder::state::finish() {
  while (!failure_ && !splitter_.between_values() && !splitter_.skipping()) {
    const step rest{piece::none, splitter_.needed_from(), window_.size(), {}};
    const auto* what = splitter_.in_list() ? "list" : "object";
    const error problem{error_kind::damaged, fmt::format("the input ends within this {}", what)};
    const bool is_behind_item = rest.begin == rest.end; // nothing to skip, so nothing to resume behind
    if (is_behind_item && options_.keep_going) {
      warnings_.add(fmt::format("{}: {}", window_.place_of(rest.begin), problem.what));
      ++into_.counters().errors;
      break;
    }
    if (auto refused = refuse(rest, problem); !refused)
      return refused;
    if (auto drained = drain(); !drained)
      return drained;
  }
  if (failure_)
    return *failure_;
  into_.abandon_page();
  return {};
}

void json_decoder::state::next_stream() {
  window_ = input_window{};
  splitter_ = json_splitter{options_.nesting_max};
  failure_.reset();
  into_.begin_stream();
}

// -- public -------------------------------------------------------------------------------------

json_decoder::json_decoder(interner& strings, json_decoder_options options)
    : state_(std::make_unique<state>(strings, options)) {}

json_decoder::json_decoder(fact_collector& into, json_decoder_options options)
    : state_(std::make_unique<state>(into, options)) {}

json_decoder::~json_decoder() = default;

result<void> json_decoder::feed(std::string_view bytes) {
  return state_->feed(bytes);
}

result<void> json_decoder::finish() {
  return state_->finish();
}

void json_decoder::next_stream() {
  state_->next_stream();
}

observations json_decoder::take() {
  return state_->take();
}

std::vector<std::string> json_decoder::take_warnings() {
  return state_->take_warnings();
}

const kube::counters& json_decoder::counters() const noexcept {
  return state_->counters();
}

} // namespace tallyman::kube
