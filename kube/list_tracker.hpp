#pragma once

#include "messages/observations.hpp"
#include "messages/string_table.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace tallyman::kube {

/// Turns the lists of a source whose lists are complete into `list_begin` and `list_synced`, per kind.
///
/// A kind is synced when the last page of its list has been read, and only if every page was whole: an item
/// that could not be read must never count as gone. As nothing in a page says whether it is the first, a
/// failure between pages spoils the next list of that kind too. That costs one sync; the opposite would
/// empty the inventory.
class list_tracker {
public:
  explicit list_tracker(interner& strings) : strings_(&strings) {}

  void begin_page();

  /// Call before the fact of an item is appended to `out`.
  void add_item(std::string_view kind, std::string_view api_version, observations& out);

  /// What a list says of itself at its end.
  struct page_end {
    std::string_view item_kind; ///< of a typed list, if the tally follows that kind; else empty
    std::string_view api_version;
    std::string_view resource_version;
    bool more_follow = false; ///< metadata.continue is not empty
  };

  /// Returns false if it was incomplete.
  bool end_page(const page_end& end, observations& out);

  /// What is open, or has pages to come, is not complete any more.
  void fail() noexcept;

private:
  struct open_list {
    object_kind kind;
    std::uint64_t items = 0;
    bool failed = false;
    bool in_page = false; ///< in the page that is being read
  };

  open_list& find_or_begin(std::string_view kind, std::string_view api_version, observations& out);

  interner* strings_;
  std::vector<open_list> open_;
  bool page_failed_ = false;
};

} // namespace tallyman::kube
