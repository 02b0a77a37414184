#include "watch/access/base64.hpp"

#include <absl/strings/escaping.h>

namespace tallyman::watch {

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape({text.data(), text.size()}, &bytes))
    return {};
  return bytes;
}

} // namespace tallyman::watch
