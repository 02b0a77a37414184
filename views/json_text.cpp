#include "views/json_text.hpp"

#include "views/time_text.hpp"

#include <nlohmann/json.hpp>

namespace tallyman {

json json_time(std::int64_t time_ms) {
  return time_ms == 0 ? json(nullptr) : json(format_time(time_ms));
}

std::string json_line(const json& value) {
  return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string json_lines(const json& value) {
  return value.dump(2, ' ', true, json::error_handler_t::replace);
}

} // namespace tallyman
