#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tallyman::watch {

/// The bytes that `text` stands for; nothing if it is not base64. White space in it is left out.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace tallyman::watch
