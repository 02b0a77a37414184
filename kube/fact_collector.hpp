#pragma once

#include "base/result.hpp"
#include "kube/counters.hpp"
#include "kube/list_tracker.hpp"
#include "kube/object_fields.hpp"
#include "messages/observations.hpp"
#include "messages/string_table.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tallyman::kube {

/// A failure that the API server reported in the stream (a `Status`, an ERROR event).
struct api_failure {
  std::string message; ///< one line; never empty if there was one
  std::string reason;  ///< Kubernetes' word for it: "Expired", "Forbidden", ...; may be empty
};

/// What a page of a list says of itself.
struct list_page {
  std::string resource_version; ///< opaque; empty if the server gave none
  std::string continue_token;   ///< for the next page; empty after the last
  bool whole = true;            ///< no item was lost or bad; always, where lists are not taken for complete
};

/// Turns decoded objects, watch events and pages of lists into facts: what the decoders of all encodings
/// share. What fails adds no fact. Errors: `bad_input`. Not thread-safe; `strings` must outlive it.
class fact_collector {
public:
  fact_collector(interner& strings, bool lists_are_complete)
      : strings_(&strings), lists_are_complete_(lists_are_complete), lists_(strings) {}

  /// Objects in namespaces that `wanted` refuses are skipped; those in none never are. An empty function
  /// wants all.
  void set_namespaces(std::function<bool(std::string_view)> wanted) { wanted_ = std::move(wanted); }

  /// Is written behind the resourceVersion of every bookmark and list (messages/fact.hpp says why).
  void set_scope(std::string scope) { scope_ = std::move(scope); }

  /// A list without a resourceVersion does not count as whole: no watch could go on from it.
  void require_list_versions() noexcept { list_versions_required_ = true; }

  /// Whether bookmarks are to be kept. They vouch for all that came before, which is wrong after a list that
  /// was not whole.
  void keep_bookmarks(bool keep) noexcept { keep_bookmarks_ = keep; }

  /// The events of the stream begin with all objects of the kind (`sendInitialEvents`): a list, whose end a
  /// bookmark marks.
  void expect_initial_events() noexcept;

  /// `type` is the watch event's: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR. Any other is an error.
  result<void> take_event(std::string_view type, const object_fields& object);
  /// An item of the open page, or an object on its own.
  result<void> take_object(const object_fields& object);

  // -- a page of a list: open_page take_object* (close_page | abandon_page) --

  void open_page();
  /// `list` has the kind, apiVersion and metadata of the list.
  void close_page(const object_fields& list);
  /// The open page, if there is one, breaks off here.
  void abandon_page();
  bool page_is_open() const noexcept { return page_is_open_; }

  /// Something in the stream was lost: no list that is open or has pages to come is complete.
  void note_loss() noexcept { lists_.fail(); }

  /// Begins anew with lists: the next page of any kind is its first.
  void forget_lists();

  /// The page that was closed, or the initial events that ended, since the last call.
  std::optional<list_page> take_page() { return std::exchange(page_, {}); }

  /// The resourceVersion of the last event or bookmark that had one, whatever its kind; until then what was
  /// set.
  const std::string& last_version() const noexcept { return last_version_; }
  void set_last_version(std::string version) { last_version_ = std::move(version); }

  observations take() { return std::exchange(out_, {}); }

  /// What the API server reported since the last call; an empty message if it did not.
  api_failure take_failure() { return std::exchange(failure_, {}); }

  /// One line for each thing in the objects so far that is not as it should be and yet no failure.
  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }

  /// What is taken from now on comes from another stream.
  void begin_stream();

  kube::counters& counters() noexcept { return counters_; }

private:
  enum class change : std::uint8_t { observed, gone };

  result<void> take(const object_fields& object, change what);
  result<void> take_bookmark(const object_fields& object);
  void take_status(const object_fields& status);
  void end_list(const list_tracker::page_end& end, std::string_view continue_token);
  void count_sync(const list_synced& list);
  void note_repeat(const object_fields& object);
  std::string version_in_scope(std::string_view resource_version) const;

  interner* strings_;
  bool lists_are_complete_;
  bool page_is_open_ = false;
  std::uint64_t page_items_ = 0; ///< of the open page, so far
  bool in_initial_events_ = false;
  bool keep_bookmarks_ = true;
  bool list_versions_required_ = false;
  std::string scope_;
  std::string last_version_;
  std::optional<list_page> page_;
  std::function<bool(std::string_view)> wanted_;
  list_tracker lists_;
  observations out_;
  kube::counters counters_;
  api_failure failure_;
  std::vector<std::string> notes_;

  // Hashes of the uids of objects that came on their own in this stream. Beyond the bound no more are added,
  // only met again. At most half a megabyte.
  static constexpr std::size_t bare_objects_max = 8192;
  std::unordered_set<std::uint64_t> bare_objects_;
  bool repeat_noted_ = false;
};

} // namespace tallyman::kube
