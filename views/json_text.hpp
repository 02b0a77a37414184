#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace tallyman {

/// JSON whose members keep the order in which they were added. Who makes or reads one includes
/// nlohmann/json.hpp, which takes 1 to 18 s of a file to compile under the sanitizers.
using json = nlohmann::ordered_json;

/// RFC 3339 in UTC with milliseconds, or null for 0, which stands for "unset" everywhere.
json json_time(std::int64_t time_ms);

/// `value` on one line. Bytes that are not UTF-8 become U+FFFD, so that every reader takes the output.
std::string json_line(const json& value);

/// `value` over several lines, for people.
std::string json_lines(const json& value);

} // namespace tallyman
