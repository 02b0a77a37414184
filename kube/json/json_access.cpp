#include "kube/json/json_access.hpp"

#include <fmt/format.h>

namespace tallyman::kube::json {

namespace {

std::string_view name_of(json_type type) {
  switch (type) {
  case json_type::array:
    return "an array";
  case json_type::object:
    return "an object";
  case json_type::number:
    return "a number";
  case json_type::string:
    return "a string";
  case json_type::boolean:
    return "a boolean";
  case json_type::null:
    return "null";
  }
  return "something else";
}

} // namespace

error syntax_error(simdjson::error_code code) {
  return {error_kind::damaged, fmt::format("this is not JSON: {}", simdjson::error_message(code))};
}

error type_error(std::string_view path, json_type found, std::string_view wanted) {
  return {error_kind::bad_input, fmt::format("{} is {}, not {}", path, name_of(found), wanted)};
}

result<json_type> type_of(value& json) {
  json_type type{};
  if (const auto code = json.type().get(type))
    return syntax_error(code);
  return type;
}

result<std::string_view> text_of(value& json, std::string_view path) {
  const auto type = type_of(json);
  if (!type)
    return type.failure();
  if (*type == json_type::null)
    return std::string_view{};
  if (*type != json_type::string)
    return type_error(path, *type, "a string");
  // The parser has seen to it that every string has its closing quote.
  const auto token = json.raw_json_token().substr(1);
  auto text = token.substr(0, token.find('"'));
  if (text.find('\\') != std::string_view::npos)
    if (const auto code = json.get_string().get(text))
      return syntax_error(code);
  return text;
}

result<bool> flag_of(value& json, std::string_view path) {
  const auto type = type_of(json);
  if (!type)
    return type.failure();
  if (*type == json_type::null)
    return false;
  if (*type != json_type::boolean)
    return type_error(path, *type, "a boolean");
  bool flag = false;
  if (const auto code = json.get_bool().get(flag))
    return syntax_error(code);
  return flag;
}

} // namespace tallyman::kube::json
