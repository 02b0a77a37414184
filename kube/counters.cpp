#include "kube/counters.hpp"

namespace tallyman::kube {

kind_counters& counters::of(std::string_view kind) {
  if (const auto found = kinds.find(kind); found != kinds.end())
    return found->second;
  if (kinds.size() >= kinds_max)
    return kinds[std::string{other_kinds}];
  return kinds[std::string{kind}];
}

void add(counters& total, const counters& more) {
  total.bytes += more.bytes;
  total.watch_events += more.watch_events;
  total.bookmarks += more.bookmarks;
  total.lists += more.lists;
  total.lists_incomplete += more.lists_incomplete;
  total.statuses += more.statuses;
  total.errors += more.errors;
  for (const auto& [kind, counts] : more.kinds) {
    auto& sum = total.of(kind);
    sum.read += counts.read;
    sum.skipped += counts.skipped;
  }
}

} // namespace tallyman::kube
