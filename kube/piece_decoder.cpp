#include "kube/piece_decoder.hpp"

#include "kube/kinds.hpp"
#include "kube/project.hpp"

#include <fmt/format.h>

namespace tallyman::kube {

namespace {

constexpr std::size_t message_bytes_max = 500;

error bad_input(std::string what) {
  return {error_kind::bad_input, std::move(what)};
}

} // namespace

error piece_decoder::name_object(const error& problem) const {
  const auto& object = reader_.incomplete();
  if (object.kind.empty() || object.name.empty())
    return problem;
  return {problem.kind, fmt::format("{}: {}", describe(object), problem.what)};
}

result<void> piece_decoder::decode_object(std::string_view text) {
  using items_member = json_object_reader::items_member;
  const auto read = reader_.read(text);
  if (!read)
    return name_object(read.failure());
  if (read->event_type)
    return decode_event(*read->event_type, *read->object);
  const bool is_list = read->items != items_member::absent && read->object->kind.ends_with("List");
  if (is_list && read->items == items_member::other)
    return bad_input(fmt::format("the items of a {} are not an array", describe(*read->object)));
  if (!is_list)
    return take_object(*read->object, change::observed);
  lists_.begin_page();
  end_list(*read->object);
  return {};
}

result<void> piece_decoder::decode_event(std::string_view type, const object_fields& object) {
  ++counters_.watch_events;
  if (type == "ADDED" || type == "MODIFIED")
    return take_object(object, change::observed);
  if (type == "DELETED")
    return take_object(object, change::gone);
  if (type == "BOOKMARK")
    return decode_bookmark(object);
  if (type == "ERROR") {
    take_status(object);
    return {};
  }
  --counters_.watch_events;
  return bad_input(fmt::format("\"{}\" is no type of watch event", one_line(type, message_bytes_max)));
}

result<void> piece_decoder::decode_bookmark(const object_fields& object) {
  if (object.kind.empty() || object.resource_version.empty())
    return bad_input("a bookmark without kind or resourceVersion");
  ++counters_.bookmarks;
  const auto role = role_of(object.kind, object.api_version);
  if (role == kind_role::ignored || role == kind_role::status)
    return {};
  const auto version = out_.batch.add_text(object.resource_version);
  out_.batch.facts.push_back(
      {0, bookmarked{(*strings_)(object.kind), version, (*strings_)(object.api_version)}});
  return {};
}

result<void> piece_decoder::take_object(const object_fields& object, change what) {
  if (object.kind.empty())
    return bad_input("an object without kind is neither a Kubernetes object nor a watch event");
  if (role_of(object.kind, object.api_version) == kind_role::status) {
    take_status(object);
    return {};
  }
  auto& counted = counters_.of(object.kind);
  if (!has_fact(object)) {
    ++counted.skipped;
    return {};
  }
  if (auto checked = check(object); !checked)
    return checked;
  if (list_is_open_ && lists_are_complete_)
    lists_.add_item(object.kind, object.api_version, out_);
  if (what == change::observed)
    project_observed(object, *strings_, out_);
  else
    project_gone(object, *strings_, out_);
  ++counted.read;
  return {};
}

// A failure of the API ends whatever list it interrupts: the pages that are missing are not empty.
void piece_decoder::take_status(const object_fields& status) {
  ++counters_.statuses;
  lists_.fail();
  const auto text = status.message.empty() ? status.reason : status.message;
  status_message_ = text.empty() ? "an error without a message" : one_line(text, message_bytes_max);
}

// -- lists --------------------------------------------------------------------------------------

// Reads what there is of the list besides its items, with `closing` to make an object of it.
result<json_object_reader::reading> piece_decoder::read_shell(std::string_view closing) {
  const auto size = shell_.size();
  shell_.append(closing).append(simdjson::SIMDJSON_PADDING, ' ');
  auto read = reader_.read(std::string_view{shell_}.substr(0, size + closing.size()));
  shell_.resize(size);
  return read;
}

result<void> piece_decoder::open_list(std::string_view head) {
  shell_ = head;
  const auto read = read_shell("]}");
  if (!read)
    return read.failure();
  list_is_open_ = true;
  list_kind_ = read->object->kind;
  item_kind_ = item_kind_of(list_kind_);
  item_api_version_ = item_kind_.empty() ? std::string_view{} : read->object->api_version;
  lists_.begin_page();
  return {};
}

result<void> piece_decoder::decode_item(std::string_view text) {
  const auto read = reader_.read(text, {item_kind_, item_api_version_});
  if (!read)
    return name_object(read.failure());
  if (read->event_type)
    return bad_input("a list item is a watch event");
  if (read->object->kind.empty())
    return bad_input("a list item has no kind, and the kind of its list does not come before the items");
  return take_object(*read->object, change::observed);
}

result<void> piece_decoder::close_list(std::string_view tail) {
  shell_ += tail;
  const auto read = read_shell("");
  if (!read)
    return read.failure();
  if (!list_kind_.empty() && read->object->kind != list_kind_)
    return bad_input("a list with two kinds");
  end_list(*read->object);
  list_is_open_ = false;
  return {};
}

void piece_decoder::end_list(const object_fields& list) {
  ++counters_.lists;
  if (!lists_are_complete_)
    return;
  const auto kind = item_kind_of(list.kind);
  const auto role = kind.empty() ? kind_role::ignored : role_of(kind, list.api_version);
  const bool is_followed = role != kind_role::ignored && role != kind_role::status;
  const list_tracker::page_end end{is_followed ? kind : std::string_view{}, list.api_version,
                                   list.resource_version, !list.list_continue.empty()};
  if (!lists_.end_page(end, out_))
    ++counters_.lists_incomplete;
}

void piece_decoder::abandon_list() {
  if (!list_is_open_)
    return;
  list_is_open_ = false;
  lists_.fail();
  if (lists_are_complete_)
    ++counters_.lists_incomplete;
}

} // namespace tallyman::kube
