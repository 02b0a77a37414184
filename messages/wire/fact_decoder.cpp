#include "base/invariant.hpp"
#include "messages/wire/event.pb.h"
#include "messages/wire/fact_codec.hpp"
#include "messages/wire/nested_lengths.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace tallyman {

namespace {

/// Turns the fields of one message into values that are safe to use, and keeps the first fault. After a
/// fault the values are still defined, so a message can be read to its end before anyone asks.
class field_reader {
public:
  field_reader(const string_table& strings, fact_batch& out)
      : strings_(&strings), out_(&out), string_count_(strings.size()) {}

  string_id string(std::uint32_t number, const char* field) {
    if (number >= string_count_)
      fail(field, number, "is no string: the ids in use end before", string_count_);
    return string_id{number};
  }

  uid object(std::uint64_t high, std::uint64_t low, const char* field) {
    const uid id{high, low};
    if (!is_valid(id, *strings_))
      fail(field, low, "is neither a UUID nor a string: the ids in use end before", string_count_);
    return id;
  }

  template <class Enum>
  Enum choice(std::uint32_t number, Enum last, const char* field) {
    const auto limit = static_cast<std::uint32_t>(last);
    if (number > limit)
      fail(field, number, "is out of range: the last known value is", limit);
    return static_cast<Enum>(number);
  }

  pool_slice text(const std::string& text) { return out_->add_text(text); }

  template <class Message>
  controller_ref controller(const Message& message) {
    return {.id = object(message.controller_uid_high(), message.controller_uid_low(), "controller uid"),
            .kind = string(message.controller_kind_id(), "controller kind"),
            .api_version = string(message.controller_api_version_id(), "controller apiVersion"),
            .name = text(message.controller_name())};
  }

  pool_slice containers(const pb::PodObserved& message) {
    const auto count = static_cast<std::uint32_t>(message.containers_size());
    if (count > containers_per_pod_max) {
      fail("number of containers", count, "is out of range: the limit is", containers_per_pod_max);
      return {};
    }
    const auto offset = out_->containers.size();
    invariant(offset <= std::numeric_limits<std::uint32_t>::max() && "a fact batch outgrew its slices");
    for (const auto& from : message.containers())
      out_->containers.push_back(one_container(from));
    return {static_cast<std::uint32_t>(offset), count};
  }

  bool failed() const { return fault_.field != nullptr; }

  std::string fault() const {
    return std::string{fault_.field} + ' ' + std::to_string(fault_.value) + ' ' + fault_.why + ' ' +
           std::to_string(fault_.bound);
  }

private:
  container one_container(const pb::Container& from) {
    return {.name = string(from.name_id(), "container name"),
            .image = string(from.image_id(), "container image"),
            .image_id = string(from.image_id_id(), "container imageID"),
            .runtime = string(from.runtime_id(), "container runtime"),
            .list = choice(from.list(), container_list::volume, "container list"),
            .instance = from.instance()};
  }

  // Plain values, not text: the reader of a sound message is then free to construct and to destroy.
  struct fault_parts {
    const char* field = nullptr;
    std::uint64_t value = 0;
    const char* why = nullptr;
    std::uint32_t bound = 0;
  };

  [[gnu::cold, gnu::noinline]] void fail(const char* field, std::uint64_t value, const char* why,
                                         std::uint32_t bound) {
    if (!failed())
      fault_ = {field, value, why, bound};
  }

  const string_table* strings_;
  fact_batch* out_;
  std::uint32_t string_count_;
  fault_parts fault_;
};

// -- one `read` per message --

void read(field_reader& fields, const pb::PodObserved& from, pod_observed& to) {
  to.id = fields.object(from.uid_high(), from.uid_low(), "uid");
  to.name_space = fields.string(from.namespace_id(), "namespace");
  to.node = fields.string(from.node_id(), "node");
  to.name = fields.text(from.name());
  to.controller = fields.controller(from);
  to.resource_version = from.resource_version();
  to.containers = fields.containers(from);
  to.phase = fields.choice(from.phase(), pod_phase::failed, "phase");
  to.deleting = from.deleting();
}

template <class Body>
void read_gone(field_reader& fields, const pb::Gone& from, Body& to) {
  to.id = fields.object(from.uid_high(), from.uid_low(), "uid");
  to.resource_version = from.resource_version();
  to.reason = fields.choice(from.reason(), gone_reason::replaced, "reason");
}

void read(field_reader& fields, const pb::Gone& from, pod_gone& to) {
  read_gone(fields, from, to);
}

void read(field_reader& fields, const pb::Gone& from, node_gone& to) {
  read_gone(fields, from, to);
  to.name = fields.string(from.name_id(), "name");
}

void read(field_reader& fields, const pb::Gone& from, workload_gone& to) {
  read_gone(fields, from, to);
  to.kind = fields.string(from.name_id(), "kind");
  to.api_version = fields.string(from.api_version_id(), "apiVersion");
}

void read(field_reader& fields, const pb::NodeObserved& from, node_observed& to) {
  to.id = fields.object(from.uid_high(), from.uid_low(), "uid");
  to.name = fields.string(from.name_id(), "name");
  to.architecture = fields.string(from.architecture_id(), "architecture");
  to.os = fields.string(from.os_id(), "os");
  to.resource_version = from.resource_version();
}

void read(field_reader& fields, const pb::WorkloadObserved& from, workload_observed& to) {
  to.id = fields.object(from.uid_high(), from.uid_low(), "uid");
  to.kind = fields.string(from.kind_id(), "kind");
  to.api_version = fields.string(from.api_version_id(), "apiVersion");
  to.name_space = fields.string(from.namespace_id(), "namespace");
  to.name = fields.text(from.name());
  to.controller = fields.controller(from);
  to.resource_version = from.resource_version();
}

void read(field_reader& fields, const pb::ScanFinished& from, scan_finished& to) {
  to.image_id = fields.string(from.image_id_id(), "imageID");
  to.architecture = fields.string(from.architecture_id(), "architecture");
  to.error = fields.text(from.error());
  to.wait_ms = from.wait_ms();
  to.outcome = fields.choice(from.outcome(), scan_outcome::image_private, "outcome");
}

void read(field_reader& fields, const pb::RemoteAnswered& from, remote_answered& to) {
  to.image_id = fields.string(from.image_id_id(), "imageID");
  to.architecture = fields.string(from.architecture_id(), "architecture");
  to.scanned = from.scanned();
}

void read(field_reader& fields, const pb::RemoteAcknowledged& from, remote_acknowledged& to) {
  to.image_id = fields.string(from.image_id_id(), "imageID");
  to.architecture = fields.string(from.architecture_id(), "architecture");
  to.name = fields.string(from.name_id(), "image name");
  to.version = from.version();
}

void read(field_reader& fields, const pb::ListSynced& from, list_synced& to) {
  to.kind = fields.string(from.kind_id(), "kind");
  to.resource_version = fields.text(from.resource_version());
  to.items = from.items();
  to.api_version = fields.string(from.api_version_id(), "apiVersion");
}

void read(field_reader& fields, const pb::Bookmarked& from, bookmarked& to) {
  to.kind = fields.string(from.kind_id(), "kind");
  to.resource_version = fields.text(from.resource_version());
  to.api_version = fields.string(from.api_version_id(), "apiVersion");
}

void read(field_reader& fields, const pb::SettingsChanged& from, settings_changed& to) {
  to.scan_grace_ms = from.scan_grace_ms();
  to.rules = fields.choice(std::max(from.rules(), 1U), tally_rules::second, "rules");
  to.list_anew = from.list_anew();
  to.followed = fields.text(from.followed());
}

// -- what all of them share --

struct record {
  std::int64_t time_ms;
  std::span<const std::byte> payload;
};

error damaged(const char* kind, const std::string& what) {
  return {error_kind::damaged, std::string{kind} + " event: " + what};
}

template <class Body, class Message>
result<void> append(const char* kind, Message& message, const record& from, const string_table& strings,
                    fact_batch& out) {
  const auto size = from.payload.size();
  // Only pods have submessages.
  constexpr bool nested = std::is_same_v<Message, pb::PodObserved>;
  if (size > std::numeric_limits<int>::max() || (nested && !nested_lengths_fit(from.payload)) ||
      !message.ParseFromArray(from.payload.data(), static_cast<int>(size)))
    return damaged(kind, "its " + std::to_string(size) + " bytes are not the message that its type says");

  const auto texts_before = out.texts.size();
  const auto containers_before = out.containers.size();
  auto& item = out.facts.emplace_back();
  item.time_ms = from.time_ms;
  field_reader fields{strings, out};
  read(fields, message, item.body.template emplace<Body>());
  if (!fields.failed())
    return {};
  out.facts.pop_back();
  out.containers.resize(containers_before);
  out.texts.resize(texts_before);
  return damaged(kind, fields.fault());
}

} // namespace

struct fact_decoder::messages {
  pb::PodObserved pod;
  pb::Gone gone;
  pb::NodeObserved node;
  pb::WorkloadObserved workload;
  pb::ScanFinished scan;
  pb::RemoteAnswered answer;
  pb::RemoteAcknowledged acknowledgement;
  pb::ListSynced list;
  pb::Bookmarked bookmark;
  pb::SettingsChanged settings;
};

fact_decoder::fact_decoder() : messages_(std::make_unique<messages>()) {}
fact_decoder::~fact_decoder() = default;
fact_decoder::fact_decoder(fact_decoder&&) noexcept = default;
fact_decoder& fact_decoder::operator=(fact_decoder&&) noexcept = default;

result<void> fact_decoder::decode(std::uint8_t type, std::int64_t time_ms, std::span<const std::byte> payload,
                                  const string_table& strings, fact_batch& out) {
  const record from{time_ms, payload};
  auto& m = *messages_;
  switch (record_type{type}) {
  case record_type::pod_observed:
    return append<pod_observed>("pod_observed", m.pod, from, strings, out);
  case record_type::pod_gone:
    return append<pod_gone>("pod_gone", m.gone, from, strings, out);
  case record_type::node_observed:
    return append<node_observed>("node_observed", m.node, from, strings, out);
  case record_type::node_gone:
    return append<node_gone>("node_gone", m.gone, from, strings, out);
  case record_type::workload_observed:
    return append<workload_observed>("workload_observed", m.workload, from, strings, out);
  case record_type::workload_gone:
    return append<workload_gone>("workload_gone", m.gone, from, strings, out);
  case record_type::scan_finished:
    return append<scan_finished>("scan_finished", m.scan, from, strings, out);
  case record_type::remote_answered:
    return append<remote_answered>("remote_answered", m.answer, from, strings, out);
  case record_type::remote_acknowledged:
    return append<remote_acknowledged>("remote_acknowledged", m.acknowledgement, from, strings, out);
  case record_type::list_synced:
    return append<list_synced>("list_synced", m.list, from, strings, out);
  case record_type::bookmarked:
    return append<bookmarked>("bookmarked", m.bookmark, from, strings, out);
  case record_type::settings_changed:
    return append<settings_changed>("settings_changed", m.settings, from, strings, out);
  }
  return error{error_kind::too_new, "event of record type " + std::to_string(type) +
                                        " is unknown to this release: read it with a newer one"};
}

} // namespace tallyman
