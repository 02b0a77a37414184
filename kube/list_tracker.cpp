#include "kube/list_tracker.hpp"

#include <algorithm>

namespace tallyman::kube {

void list_tracker::begin_page() {
  page_failed_ = false;
  for (auto& list : open_)
    list.in_page = false;
}

list_tracker::open_list& list_tracker::find_or_begin(std::string_view kind_name, std::string_view api_version,
                                                     observations& out) {
  const object_kind kind{(*strings_)(kind_name), (*strings_)(api_version)};
  auto list =
      std::find_if(open_.begin(), open_.end(), [&](const open_list& known) { return known.kind == kind; });
  if (list == open_.end()) {
    out.lists.push_back({static_cast<std::uint32_t>(out.batch.facts.size()), kind});
    list = open_.insert(open_.end(), {kind, 0, page_failed_, false});
  }
  list->in_page = true;
  return *list;
}

void list_tracker::add_item(std::string_view kind, std::string_view api_version, observations& out) {
  ++find_or_begin(kind, api_version, out).items;
}

bool list_tracker::end_page(const page_end& end, observations& out) {
  if (!end.item_kind.empty())
    find_or_begin(end.item_kind, end.api_version, out);
  bool whole = !page_failed_;
  for (const auto& list : open_) {
    if (!list.in_page)
      continue;
    whole = whole && !list.failed;
    if (!list.failed && !end.more_follow) {
      const auto version = out.batch.add_text(end.resource_version);
      out.batch.facts.push_back({0, list_synced{list.kind.name, version, list.items, list.kind.api_version}});
    }
  }
  if (!end.more_follow)
    std::erase_if(open_, [](const open_list& list) { return list.in_page; });
  begin_page();
  return whole;
}

void list_tracker::fail() noexcept {
  page_failed_ = true;
  for (auto& list : open_)
    list.failed = true;
}

} // namespace tallyman::kube
