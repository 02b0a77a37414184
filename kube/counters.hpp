#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tallyman::kube {

/// What became of the objects of one kind.
struct kind_counters {
  std::uint64_t read = 0;           ///< objects that gave a fact
  std::uint64_t skipped = 0;        ///< objects of a kind that the tally has no use for
  std::uint64_t complete_lists = 0; ///< lists of the kind that were taken for complete, and read whole
};

/// What a decoder has seen so far.
struct counters {
  /// Kinds beyond this number are counted together under `other_kinds`, so that input cannot grow memory.
  static constexpr std::size_t kinds_max = 256;
  static constexpr std::string_view other_kinds = "(other)";

  std::uint64_t bytes = 0;        ///< fed to the decoder
  std::uint64_t watch_events = 0; ///< ADDED, MODIFIED, DELETED, BOOKMARK and ERROR
  std::uint64_t bookmarks = 0;
  std::uint64_t lists = 0;            ///< read to their end; each page of a list counts
  std::uint64_t lists_incomplete = 0; ///< taken for complete, but they broke off, or held something bad
  std::uint64_t lists_untyped = 0;    ///< taken for complete, but their kind is that of their items alone
  std::uint64_t lists_of_nothing = 0; ///< of those: without items, so that they say nothing of any kind
  std::uint64_t statuses = 0;         ///< ERROR events and Status objects: failures of the API, not data
  std::uint64_t errors = 0;           ///< bad values; with `keep_going` each was skipped
  /// By `qualified_kind` (messages/fact.hpp).
  std::map<std::string, kind_counters, std::less<>> kinds;

  /// The counters of a kind, or of `other_kinds` if there are too many kinds already.
  kind_counters& of(std::string_view kind, std::string_view api_version);
};

/// Adds the figures of one stream to those of all.
void add(counters& total, const counters& more);

} // namespace tallyman::kube
