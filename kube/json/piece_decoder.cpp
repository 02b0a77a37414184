#include "kube/json/piece_decoder.hpp"

#include "kube/kinds.hpp"
#include "kube/project.hpp"

#include <fmt/format.h>

namespace tallyman::kube {

namespace {

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
    return into_->take_event(*read->event_type, *read->object);
  const bool is_list = read->items != items_member::absent && read->object->kind.ends_with("List");
  if (is_list && read->items == items_member::other)
    return bad_input(fmt::format("the items of a {} are not an array", describe(*read->object)));
  if (!is_list)
    return into_->take_object(*read->object);
  into_->open_page();
  into_->close_page(*read->object);
  return {};
}

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
  list_kind_ = read->object->kind;
  item_kind_ = item_kind_of(list_kind_);
  item_api_version_ = item_kind_.empty() ? std::string_view{} : read->object->api_version;
  into_->open_page();
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
  return into_->take_object(*read->object);
}

result<void> piece_decoder::close_list(std::string_view tail) {
  shell_ += tail;
  const auto read = read_shell("");
  if (!read)
    return read.failure();
  if (!list_kind_.empty() && read->object->kind != list_kind_)
    return bad_input("a list with two kinds");
  into_->close_page(*read->object);
  return {};
}

} // namespace tallyman::kube
