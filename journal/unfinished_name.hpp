#pragma once

#include <string>

namespace tallyman::journal {

/// Where salvage and backup make the journal that is to be `name`, which has no slash at its end. What stands
/// there is theirs: left by a try that was killed, and removed by the next one.
inline std::string unfinished_name(const std::string& name) {
  return name + ".unfinished";
}

} // namespace tallyman::journal
