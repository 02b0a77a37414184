#include "kube/fact_collector.hpp"

#include "kube/kinds.hpp"
#include "kube/project.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace tallyman::kube {

namespace {

constexpr std::size_t message_bytes_max = 500;

error bad_input(std::string what) {
  return {error_kind::bad_input, std::move(what)};
}

bool is_followed(kind_role role) {
  return role != kind_role::ignored && role != kind_role::status;
}

/// A resourceVersion, which is opaque text, if it is of a length that can be kept; else nothing.
std::string_view kept_version(std::string_view resource_version) {
  return resource_version.size() > string_bytes_max ? std::string_view{} : resource_version;
}

} // namespace

void fact_collector::expect_initial_events() noexcept {
  in_initial_events_ = true;
  lists_.begin_page();
}

result<void> fact_collector::take_event(std::string_view type, const object_fields& object) {
  ++counters_.watch_events;
  if (const auto version = kept_version(object.resource_version); type != "ERROR" && !version.empty())
    last_version_ = version;
  if (type == "ADDED" || type == "MODIFIED")
    return take(object, change::observed);
  if (type == "DELETED")
    return take(object, change::gone);
  if (type == "BOOKMARK")
    return take_bookmark(object);
  if (type == "ERROR") {
    take_status(object);
    return {};
  }
  --counters_.watch_events;
  return bad_input(fmt::format("\"{}\" is no type of watch event", one_line(type, message_bytes_max)));
}

result<void> fact_collector::take_bookmark(const object_fields& object) {
  ++counters_.bookmarks;
  if (!object.kind.empty() && !is_followed(role_of(object.kind, object.api_version)))
    return {};
  const auto version = kept_version(object.resource_version);
  if (object.kind.empty() || version.empty()) {
    --counters_.bookmarks;
    return bad_input("a bookmark without kind or resourceVersion");
  }
  if (in_initial_events_ && object.initial_events_end) {
    in_initial_events_ = false;
    end_list({object.kind, object.api_version, version, false}, {});
    return {};
  }
  if (!keep_bookmarks_)
    return {};
  const auto kept = out_.batch.add_text(version_in_scope(version));
  out_.batch.facts.push_back(
      {0, bookmarked{(*strings_)(object.kind), kept, (*strings_)(object.api_version)}});
  return {};
}

result<void> fact_collector::take_object(const object_fields& object) {
  if (page_is_open_)
    ++page_items_;
  else
    note_repeat(object);
  return take(object, change::observed);
}

result<void> fact_collector::take(const object_fields& object, change what) {
  if (object.kind.empty())
    return bad_input("an object without kind is neither a Kubernetes object nor a watch event");
  const auto role = role_of(object.kind, object.api_version);
  if (role == kind_role::status) {
    take_status(object);
    return {};
  }
  auto& counted = counters_.of(object.kind, object.api_version);
  if (!is_followed(role) || (wanted_ && !object.name_space.empty() && !wanted_(object.name_space))) {
    ++counted.skipped;
    return {};
  }
  if (auto checked = check(object, role); !checked)
    return checked;
  if ((page_is_open_ && lists_are_complete_) || in_initial_events_)
    lists_.add_item(object.kind, object.api_version, out_);
  if (what == change::observed)
    project_observed(object, role, *strings_, out_, notes_);
  else
    project_gone(object, role, *strings_, out_);
  ++counted.read;
  return {};
}

// A failure of the API ends whatever list it interrupts: the pages that are missing are not empty.
void fact_collector::take_status(const object_fields& status) {
  ++counters_.statuses;
  lists_.fail();
  const auto text = status.message.empty() ? status.reason : status.message;
  failure_.message = text.empty() ? "an error without a message" : one_line(text, message_bytes_max);
  failure_.reason = one_line(status.reason, message_bytes_max);
}

// -- lists --------------------------------------------------------------------------------------

void fact_collector::open_page() {
  page_is_open_ = true;
  page_items_ = 0;
  lists_.begin_page();
}

void fact_collector::close_page(const object_fields& list) {
  page_is_open_ = false;
  if (!lists_are_complete_) {
    ++counters_.lists;
    page_ = list_page{std::string{list.resource_version}, std::string{list.list_continue}, true};
    return;
  }
  const auto kind = item_kind_of(list.kind);
  const bool counts = !kind.empty() && is_followed(role_of(kind, list.api_version));
  end_list({counts ? kind : std::string_view{}, list.api_version, list.resource_version,
            !list.list_continue.empty()},
           list.list_continue);
  if (!kind.empty())
    return;
  ++counters_.lists_untyped;
  if (page_items_ == 0 && page_->whole)
    ++counters_.lists_of_nothing;
}

void fact_collector::end_list(const list_tracker::page_end& end, std::string_view continue_token) {
  ++counters_.lists;
  const auto kept = kept_version(end.resource_version);
  if (list_versions_required_ && kept.empty())
    lists_.fail();
  auto in_scope = end;
  const auto version = version_in_scope(kept);
  in_scope.resource_version = version;
  const auto& facts = out_.batch.facts;
  const auto first_sync = facts.size();
  const bool whole = lists_.end_page(in_scope, out_);
  if (!whole)
    ++counters_.lists_incomplete;
  for (auto i = first_sync; i < facts.size(); ++i)
    count_sync(std::get<list_synced>(facts[i].body));
  page_ = list_page{std::string{kept}, std::string{continue_token}, whole};
}

void fact_collector::count_sync(const list_synced& list) {
  const auto& table = strings_->table();
  ++counters_.of(table.text(list.kind), table.text(list.api_version)).complete_lists;
}

// kubectl prints a deleted object once more as it was, and nothing that says so.
void fact_collector::note_repeat(const object_fields& object) {
  if (repeat_noted_ || object.uid.empty() || !is_followed(role_of(object.kind, object.api_version)))
    return;
  const auto id = XXH3_64bits(object.uid.data(), object.uid.size());
  if (bare_objects_.size() < bare_objects_max ? bare_objects_.insert(id).second : !bare_objects_.contains(id))
    return;
  repeat_noted_ = true;
  notes_.push_back(
      fmt::format("{} comes again, as kubectl get --watch prints what has changed, which does not "
                  "say what was deleted: add --output-watch-events",
                  describe(object)));
}

void fact_collector::begin_stream() {
  bare_objects_.clear();
  repeat_noted_ = false;
}

void fact_collector::forget_lists() {
  lists_ = list_tracker{*strings_};
  in_initial_events_ = false;
  page_is_open_ = false;
}

std::string fact_collector::version_in_scope(std::string_view resource_version) const {
  std::string version{resource_version};
  if (!scope_.empty())
    version.append(1, ' ').append(scope_);
  return version;
}

void fact_collector::abandon_page() {
  if (!page_is_open_)
    return;
  page_is_open_ = false;
  lists_.fail();
  if (lists_are_complete_)
    ++counters_.lists_incomplete;
}

} // namespace tallyman::kube
