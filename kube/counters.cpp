#include "kube/counters.hpp"

namespace tallyman::kube {

kind_counters& counters::of(std::string_view kind) {
  if (const auto found = kinds.find(kind); found != kinds.end())
    return found->second;
  if (kinds.size() >= kinds_max)
    return kinds[std::string{other_kinds}];
  return kinds[std::string{kind}];
}

} // namespace tallyman::kube
