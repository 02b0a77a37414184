#include "kube/json/json_splitter.hpp"

#include "base/invariant.hpp"

#include <algorithm>
#include <limits>

namespace tallyman::kube {

namespace {

constexpr std::uint32_t nesting_least = 4; // watch event, object, metadata and one more

// Both searches of a skip advance together by this much, or one would run far ahead of where the other stops.
constexpr std::size_t skip_step = 4096;

constexpr bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/// What to say of a byte at which no JSON object can begin.
constexpr std::string_view problem_of(char first) {
  switch (first) {
  case '[':
    return "expected an object, found an array: pass its elements one by one, or as the items of a List";
  case '"':
    return "expected an object, found a string";
  case '\0':
    return "expected an object, found a NUL byte: this is not text";
  case '\x1f':
    return "expected an object, found what may be gzip: decompress it first";
  case '\xef':
    return "expected an object, found what may be a UTF-8 byte-order mark: remove it";
  case '\xfe':
  case '\xff':
    return "expected an object, found what may be UTF-16: convert it to UTF-8";
  default:
    break;
  }
  if (first == '-' || (first >= '0' && first <= '9'))
    return "expected an object, found a number";
  if (first > ' ' && first <= '~')
    return "expected an object, found text that is not JSON: make kubectl print it with -o json";
  return "expected an object, found binary data";
}

constexpr bool ends_scalar(char c) {
  return is_space(c) || c == ',' || c == '}' || c == ']';
}

} // namespace

json_splitter::json_splitter(std::uint32_t nesting_max) : nesting_max_(nesting_max) {
  invariant(nesting_max >= nesting_least && "no Kubernetes object fits in so little nesting");
}

json_splitter::step json_splitter::next(const char* text, std::size_t size) {
  while (position_ < size)
    if (const auto found = advance(text, size))
      return *found;
  return {};
}

json_splitter::maybe_step json_splitter::advance(const char* text, std::size_t size) {
  switch (phase_) {
  case phase::between:
    return scan_between(text);
  case phase::member:
    return scan_member(text);
  case phase::key:
    return scan_key(text, size);
  case phase::colon:
    return scan_colon(text);
  case phase::value:
    return scan_value(text);
  case phase::nested:
    return scan_nested(text, size, 1, phase::member);
  case phase::text:
    return scan_text(text, size);
  case phase::scalar:
    return scan_scalar(text, size);
  case phase::opaque:
    return scan_opaque(text, size);
  case phase::elements:
    return scan_element(text);
  case phase::item:
    return scan_nested(text, size, 2, phase::elements);
  case phase::skip:
    return scan_skip(text, size);
  }
  invariant(false && "no such phase");
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::bad(std::string_view problem) const {
  return step{piece::bad, begin_, position_, problem};
}

json_splitter::maybe_step json_splitter::scan_between(const char* text) {
  const char c = text[position_];
  begin_ = position_;
  in_list_ = false;
  if (c != '{' && !is_space(c))
    return bad(problem_of(c));
  if (c == '{')
    phase_ = phase::member;
  ++position_;
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::end_of_object() {
  phase_ = phase::between;
  return step{in_list_ ? piece::list_tail : piece::object, begin_, position_, {}};
}

// An object that is not JSON is still delimited, so that the JSON parser can say what is wrong with it.
void json_splitter::enter_opaque() {
  nesting_.start(1);
  phase_ = phase::opaque;
}

json_splitter::maybe_step json_splitter::scan_member(const char* text) {
  const char c = text[position_];
  if (c == '"') {
    key_begin_ = ++position_;
    phase_ = phase::key;
  } else if (c == '}') {
    ++position_;
    return end_of_object();
  } else if (is_space(c) || c == ',') {
    ++position_;
  } else {
    enter_opaque();
  }
  return std::nullopt;
}

bool json_splitter::find_quote(const char* text, std::size_t size) {
  while (position_ < size) {
    const char c = text[position_++];
    if (in_string_escape_)
      in_string_escape_ = false;
    else if (c == '\\')
      in_string_escape_ = true;
    else if (c == '"')
      return true;
  }
  return false;
}

json_splitter::maybe_step json_splitter::scan_key(const char* text, std::size_t size) {
  if (find_quote(text, size)) {
    key_end_ = position_ - 1;
    phase_ = phase::colon;
  }
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::scan_colon(const char* text) {
  const char c = text[position_];
  if (c != ':' && !is_space(c)) {
    enter_opaque();
    return std::nullopt;
  }
  if (c == ':')
    phase_ = phase::value;
  ++position_;
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::scan_value(const char* text) {
  const char c = text[position_];
  if (is_space(c)) {
    ++position_;
  } else if (c == '[' && std::string_view{text + key_begin_, key_end_ - key_begin_} == "items") {
    if (in_list_)
      return bad("a list with two arrays of items");
    in_list_ = true;
    phase_ = phase::elements;
    ++position_;
    return step{piece::list_head, begin_, position_, {}};
  } else if (c == '{' || c == '[') {
    nesting_.start(0);
    phase_ = phase::nested;
  } else if (c == '"') {
    ++position_;
    phase_ = phase::text;
  } else if (c == ',' || c == '}' || c == ']') {
    enter_opaque();
  } else {
    phase_ = phase::scalar;
  }
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::scan_nested(const char* text, std::size_t size,
                                                     std::uint32_t levels_above, phase after) {
  const auto [position, what] = nesting_.run(text, position_, size, nesting_max_ - levels_above);
  position_ = position;
  if (what == nesting_scanner::state::too_deep)
    return bad("objects and arrays are nested too deeply");
  if (what == nesting_scanner::state::open)
    return std::nullopt;
  phase_ = after;
  if (after == phase::elements)
    return step{piece::item, begin_, position_, {}};
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::scan_text(const char* text, std::size_t size) {
  if (find_quote(text, size))
    phase_ = phase::member;
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::scan_scalar(const char* text, std::size_t size) {
  while (position_ < size && !ends_scalar(text[position_]))
    ++position_;
  if (position_ < size)
    phase_ = phase::member;
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::scan_opaque(const char* text, std::size_t size) {
  const auto [position, what] = nesting_.run(text, position_, size, nesting_max_);
  position_ = position;
  if (what == nesting_scanner::state::too_deep)
    return bad("objects and arrays are nested too deeply");
  if (what == nesting_scanner::state::closed)
    return end_of_object();
  return std::nullopt;
}

json_splitter::maybe_step json_splitter::scan_element(const char* text) {
  const char c = text[position_];
  begin_ = position_;
  if (c == '{') {
    nesting_.start(0);
    phase_ = phase::item;
  } else if (c == ']') {
    ++position_;
    phase_ = phase::member;
  } else if (is_space(c) || c == ',') {
    ++position_;
  } else {
    return bad("a list item that is not an object");
  }
  return std::nullopt;
}

// -- giving up on a piece -----------------------------------------------------------------------

void json_splitter::skip(const char* text, const step& given_up) {
  const char first = text[given_up.begin];
  if (given_up.what == piece::list_head)
    in_list_ = false;
  skip_has_end_ = first == '{' || first == '[' || (in_list_ && first == ']');
  skip_ends_item_ = in_list_ && first != ']';
  nesting_.start(first == ']' ? 2 : 0); // within the array of items, and within the list
  position_ = given_up.begin;
  newline_search_ = given_up.begin + 1;
  phase_ = phase::skip;
}

json_splitter::maybe_step json_splitter::scan_skip(const char* text, std::size_t size) {
  auto end = std::min(size, position_ + skip_step);
  auto what = nesting_scanner::state::open;
  if (skip_has_end_) {
    const auto found = nesting_.run(text, position_, end, std::numeric_limits<std::uint64_t>::max());
    end = found.position;
    what = found.what;
  }
  const std::string_view skipped{text, end};
  if (const auto newline = skipped.find("\n{", newline_search_); newline != std::string_view::npos) {
    position_ = newline + 1;
    phase_ = phase::between;
    in_list_ = false;
    return std::nullopt;
  }
  position_ = end;
  if (what == nesting_scanner::state::closed) {
    phase_ = skip_ends_item_ ? phase::elements : phase::between;
    begin_ = position_;
  } else if (newline_search_ < end) {
    newline_search_ = skipped.back() == '\n' ? end - 1 : end;
  }
  return std::nullopt;
}

std::size_t json_splitter::needed_from() const noexcept {
  switch (phase_) {
  case phase::between:
  case phase::elements:
    return position_;
  case phase::skip:
    return newline_search_ < position_ ? newline_search_ : position_;
  default:
    return begin_;
  }
}

void json_splitter::drop_front(std::size_t count) noexcept {
  invariant(count <= needed_from() && "text that is still needed was dropped");
  const auto shift = [count](std::size_t& position) { position -= position < count ? position : count; };
  shift(position_);
  shift(begin_);
  shift(key_begin_);
  shift(key_end_);
  shift(newline_search_);
}

} // namespace tallyman::kube
