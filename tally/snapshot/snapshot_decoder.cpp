#include "messages/well_known.hpp"
#include "tally/snapshot/snapshot_parts.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace tallyman {

// -- blocks ---------------------------------------------------------------------------------------

bool snapshot_decoder::parts::refuse(std::string_view why) {
  if (complaint_.empty())
    complaint_ = why;
  return false;
}

error snapshot_decoder::parts::failure() const {
  return {error_kind::damaged,
          fmt::format("snapshot of sequence {}, block type {}: {}; go back to the snapshot before it",
                      header_.sequence(), static_cast<unsigned>(last_), complaint_)};
}

result<void> snapshot_decoder::parts::block(std::uint16_t type, std::span<const std::byte> bytes) {
  if (!complaint_.empty())
    return failure();
  const auto wanted = static_cast<snapshot_section>(type);
  const auto in_order = wanted > last_ || (wanted == last_ && wanted != snapshot_section::header);
  const auto begins = (last_ == snapshot_section{}) == (wanted == snapshot_section::header);
  last_ = wanted;
  if (!in_order || !begins)
    refuse("it does not belong here");
  else
    dispatch(wanted, bytes);
  return complaint_.empty() ? result<void>{} : failure();
}

template <class Message>
bool snapshot_decoder::parts::parse_into(bool (parts::*read)(const Message&),
                                         std::span<const std::byte> bytes) {
  Message message;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return refuse("its bytes are not a message of its type");
  return (this->*read)(message);
}

bool snapshot_decoder::parts::dispatch(snapshot_section type, std::span<const std::byte> bytes) {
  if (type > snapshot_section::strings && !state_ && !make_state())
    return false;
  switch (type) {
  case snapshot_section::header:
    return parse_into(&parts::read_header, bytes);
  case snapshot_section::strings:
    return parse_into(&parts::read_strings, bytes);
  case snapshot_section::objects:
    return parse_into(&parts::read_objects, bytes);
  case snapshot_section::tombstones:
    return parse_into(&parts::read_tombstones, bytes);
  case snapshot_section::nodes:
    return parse_into(&parts::read_nodes, bytes);
  case snapshot_section::workloads:
    return parse_into(&parts::read_workloads, bytes);
  case snapshot_section::positions:
    return parse_into(&parts::read_positions, bytes);
  case snapshot_section::owners:
    return parse_into(&parts::read_owners, bytes);
  case snapshot_section::images:
    return parse_into(&parts::read_images, bytes);
  case snapshot_section::pods:
    return parse_into(&parts::read_pods, bytes);
  }
  return refuse("no such type is known");
}

bool snapshot_decoder::parts::read_header(const pb::SnapshotHeader& from) {
  header_ = from;
  return true;
}

bool snapshot_decoder::parts::read_strings(const pb::SnapshotStrings& from) {
  text_run texts{from.texts()};
  for (const auto length : from.length())
    if (const auto text = texts.take(length); !strings_->define(string_id{strings_->size()}, text))
      return refuse("a string stands in it twice");
  return texts.used_up() || refuse("its texts and their lengths do not fit");
}

// -- the whole ------------------------------------------------------------------------------------

bool snapshot_decoder::parts::check_counts() {
  const auto& state = *state_;
  const std::pair<std::uint64_t, std::uint64_t> counts[] = {
      {header_.objects(), state.incoming.objects().size()},
      {header_.tombstones(), state.incoming.gone().size()},
      {header_.nodes(), state.nodes.nodes().size()},
      {header_.workloads(), state.workloads.workloads().size()},
      {header_.positions(), state.positions.by_kind().size()},
      {header_.owners(), owners_},
      {header_.images(), expected_.size()},
      {header_.pods(), state.placed.pods().size()}};
  for (const auto& [claimed, found] : counts)
    if (claimed != found)
      return refuse(fmt::format("{} entries of some type instead of {}", found, claimed));
  return true;
}

bool snapshot_decoder::parts::check_images() {
  for (std::size_t i = 0; i < expected_.size(); ++i)
    if (state_->images[i].pods().size() != expected_[i].pods ||
        state_->images[i].owners().size() != expected_[i].owners)
      return refuse(fmt::format("image {} does not have the pods that it should have", i));
  for (owner_index i = 0; i < owner_there_.size(); ++i)
    if (owner_there_[i] && !state_->placed.owners().is_held(i))
      return refuse(fmt::format("owner {} owns nothing", i));
  return true;
}

// A state interns what it needs, so the strings must be complete by then.
bool snapshot_decoder::parts::make_state() {
  if (strings_->size() - well_known::texts.size() != header_.strings())
    return refuse(fmt::format("{} strings came before it instead of {}",
                              strings_->size() - well_known::texts.size(), header_.strings()));
  const auto rules = std::max(header_.rules(), static_cast<std::uint32_t>(tally_rules::first));
  if (rules > static_cast<std::uint32_t>(tally_rules::second))
    return refuse(fmt::format("it follows rules {}, which no release has", rules));
  state_.emplace(strings_, header_.fingerprint_seed(), tally_rules{static_cast<std::uint8_t>(rules)});
  state_->workloads.restore_settings(state_->rules(), header_.followed());
  return true;
}

result<cluster_state> snapshot_decoder::parts::finish() {
  if (complaint_.empty() && last_ == snapshot_section{})
    refuse("there is none");
  if (!complaint_.empty() || (!state_ && !make_state()))
    return failure();
  if (!check_counts() || !check_images())
    return failure();
  auto& state = *state_;
  state.placed.images_to_restore().set_grace_ms(header_.scan_grace_ms());
  state.placed.finish_restore();
  state.sequence = header_.sequence();
  state.time_ms = header_.time_ms();
  complaint_ = "its state was taken already";
  return std::move(state);
}

// -- the decoder ----------------------------------------------------------------------------------

snapshot_decoder::snapshot_decoder() : parts_(std::make_unique<parts>()) {}
snapshot_decoder::~snapshot_decoder() = default;
snapshot_decoder::snapshot_decoder(snapshot_decoder&&) noexcept = default;
snapshot_decoder& snapshot_decoder::operator=(snapshot_decoder&&) noexcept = default;

result<void> snapshot_decoder::block(std::uint16_t type, std::span<const std::byte> bytes) {
  return parts_->block(type, bytes);
}

result<cluster_state> snapshot_decoder::finish() {
  return parts_->finish();
}

} // namespace tallyman
