#include "kube/counters.hpp"

#include "messages/fact.hpp"

namespace tallyman::kube {

namespace {

// The longest that Kubernetes allows for a kind, a dot, and a group.
constexpr std::size_t kind_bytes_max = 63 + 1 + 253;

kind_counters& counters_called(counters& all, std::string_view name) {
  if (const auto found = all.kinds.find(name); found != all.kinds.end())
    return found->second;
  const bool fits = all.kinds.size() < counters::kinds_max && name.size() <= kind_bytes_max;
  return all.kinds[std::string{fits ? name : counters::other_kinds}];
}

} // namespace

kind_counters& counters::of(std::string_view kind, std::string_view api_version) {
  if (group_of(api_version).find('.') == std::string_view::npos)
    return counters_called(*this, kind);
  return counters_called(*this, qualified_kind(kind, api_version));
}

void add(counters& total, const counters& more) {
  total.bytes += more.bytes;
  total.watch_events += more.watch_events;
  total.bookmarks += more.bookmarks;
  total.lists += more.lists;
  total.lists_incomplete += more.lists_incomplete;
  total.lists_untyped += more.lists_untyped;
  total.lists_of_nothing += more.lists_of_nothing;
  total.statuses += more.statuses;
  total.errors += more.errors;
  for (const auto& [kind, counts] : more.kinds) {
    auto& sum = counters_called(total, kind);
    sum.read += counts.read;
    sum.skipped += counts.skipped;
    sum.complete_lists += counts.complete_lists;
  }
}

} // namespace tallyman::kube
