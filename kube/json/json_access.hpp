#pragma once

#include "base/result.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>

/// Reading optional values of a known type with simdjson's on-demand parser, the way the API server's own
/// decoder reads them: a null stands for a value that is absent; a value of another type is an error.
/// `path` names the value in errors. Strings are views of the text, or of the parser's buffer if they have
/// escapes: valid until the parser's next document.
///
/// Errors: `bad_input` for JSON that is not what it should be, `damaged` for text that is not JSON at all.
namespace tallyman::kube::json {

using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

error syntax_error(simdjson::error_code code);
error type_error(std::string_view path, json_type found, std::string_view wanted);

/// A string's text; empty if it is null.
result<std::string_view> text_of(value& json, std::string_view path);

/// The same into `out`, which a failure leaves as it was.
inline result<void> read_text(std::string_view& out, value& json, std::string_view path) {
  const auto text = text_of(json, path);
  if (!text)
    return text.failure();
  out = *text;
  return {};
}

/// A boolean; false if it is null.
result<bool> flag_of(value& json, std::string_view path);

result<json_type> type_of(value& json);

/// The text of a key, for comparisons.
inline result<std::string_view> key_of(simdjson::ondemand::field& field) {
  const char* const begin = field.key().raw();
  const char* end = begin;
  while (*end != '"' && *end != '\\')
    ++end;
  if (*end == '"')
    return std::string_view{begin, static_cast<std::size_t>(end - begin)};
  std::string_view unescaped;
  if (const auto code = field.unescaped_key().get(unescaped))
    return syntax_error(code);
  return unescaped;
}

/// Calls `visit(key, value)`, which returns `result<void>`, for every member, until one fails.
template <class Visitor>
result<void> for_each_member(simdjson::ondemand::object object, Visitor visit) {
  for (auto member : object) {
    simdjson::ondemand::field field;
    if (const auto code = std::move(member).get(field))
      return syntax_error(code);
    const auto key = key_of(field);
    if (!key)
      return key.failure();
    if (auto visited = visit(*key, field.value()); !visited)
      return visited;
  }
  return {};
}

template <class Visitor>
result<void> for_each_member(value& json, std::string_view path, Visitor visit) {
  const auto type = type_of(json);
  if (!type)
    return type.failure();
  if (*type == json_type::null)
    return {};
  if (*type != json_type::object)
    return type_error(path, *type, "an object");
  simdjson::ondemand::object object;
  if (const auto code = json.get_object().get(object))
    return syntax_error(code);
  return for_each_member(object, visit);
}

/// Calls `visit(value)`, which returns `result<void>`, for every element, until one fails.
template <class Visitor>
result<void> for_each_element(value& json, std::string_view path, Visitor visit) {
  const auto type = type_of(json);
  if (!type)
    return type.failure();
  if (*type == json_type::null)
    return {};
  if (*type != json_type::array)
    return type_error(path, *type, "an array");
  simdjson::ondemand::array array;
  if (const auto code = json.get_array().get(array))
    return syntax_error(code);
  for (auto element : array) {
    if (const auto code = element.error())
      return syntax_error(code);
    value item = element.value_unsafe();
    if (auto visited = visit(item); !visited)
      return visited;
  }
  return {};
}

} // namespace tallyman::kube::json
