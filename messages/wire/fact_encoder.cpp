#include "base/invariant.hpp"
#include "messages/wire/event.pb.h"
#include "messages/wire/fact_codec.hpp"
#include "messages/wire/pod_encoding.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

namespace tallyman {

namespace {

template <class Body>
constexpr record_type type_for{};
template <>
constexpr record_type type_for<pod_observed> = record_type::pod_observed;
template <>
constexpr record_type type_for<pod_gone> = record_type::pod_gone;
template <>
constexpr record_type type_for<node_observed> = record_type::node_observed;
template <>
constexpr record_type type_for<node_gone> = record_type::node_gone;
template <>
constexpr record_type type_for<workload_observed> = record_type::workload_observed;
template <>
constexpr record_type type_for<workload_gone> = record_type::workload_gone;
template <>
constexpr record_type type_for<scan_finished> = record_type::scan_finished;
template <>
constexpr record_type type_for<remote_answered> = record_type::remote_answered;
template <>
constexpr record_type type_for<remote_acknowledged> = record_type::remote_acknowledged;
template <>
constexpr record_type type_for<list_synced> = record_type::list_synced;
template <>
constexpr record_type type_for<bookmarked> = record_type::bookmarked;
template <>
constexpr record_type type_for<settings_changed> = record_type::settings_changed;

template <class Enum>
constexpr std::uint32_t number(Enum value) {
  return static_cast<std::uint32_t>(value);
}

// Not set_name(pointer, size): that makes a temporary std::string, and so allocates.
void assign(std::string* field, std::string_view text) {
  field->assign(text);
}

template <class Message>
void fill_uid(Message& message, const uid& id) {
  message.set_uid_high(id.high);
  message.set_uid_low(id.low);
}

template <class Message>
void fill_controller(Message& message, const fact_batch& batch, const controller_ref& controller) {
  message.set_controller_uid_high(controller.id.high);
  message.set_controller_uid_low(controller.id.low);
  message.set_controller_kind_id(number(controller.kind));
  message.set_controller_api_version_id(number(controller.api_version));
  assign(message.mutable_controller_name(), batch.text(controller.name));
}

} // namespace

// Each message is overwritten field by field: every `fill` sets every field, which makes Clear superfluous.
struct fact_encoder::messages {
  pb::Gone gone;
  pb::NodeObserved node;
  pb::WorkloadObserved workload;
  pb::ScanFinished scan;
  pb::RemoteAnswered answer;
  pb::RemoteAcknowledged acknowledgement;
  pb::ListSynced list;
  pb::Bookmarked bookmark;
  pb::SettingsChanged settings;

  const google::protobuf::MessageLite* prepared = nullptr; ///< null: the bytes in `pod` are
  std::vector<std::uint8_t> pod;
  std::size_t size = 0;

  const pb::Gone& fill_gone(const uid& id, string_id name, std::uint64_t resource_version, gone_reason reason,
                            string_id api_version = {}) {
    fill_uid(gone, id);
    gone.set_name_id(number(name));
    gone.set_resource_version(resource_version);
    gone.set_reason(number(reason));
    gone.set_api_version_id(number(api_version));
    return gone;
  }

  const pb::Gone& fill(const fact_batch&, const pod_gone& body) {
    return fill_gone(body.id, string_id::empty, body.resource_version, body.reason);
  }

  const pb::Gone& fill(const fact_batch&, const node_gone& body) {
    return fill_gone(body.id, body.name, body.resource_version, body.reason);
  }

  const pb::Gone& fill(const fact_batch&, const workload_gone& body) {
    return fill_gone(body.id, body.kind, body.resource_version, body.reason, body.api_version);
  }

  const pb::NodeObserved& fill(const fact_batch&, const node_observed& body) {
    fill_uid(node, body.id);
    node.set_name_id(number(body.name));
    node.set_architecture_id(number(body.architecture));
    node.set_os_id(number(body.os));
    node.set_resource_version(body.resource_version);
    return node;
  }

  const pb::WorkloadObserved& fill(const fact_batch& batch, const workload_observed& body) {
    fill_uid(workload, body.id);
    workload.set_kind_id(number(body.kind));
    workload.set_api_version_id(number(body.api_version));
    workload.set_namespace_id(number(body.name_space));
    assign(workload.mutable_name(), batch.text(body.name));
    fill_controller(workload, batch, body.controller);
    workload.set_resource_version(body.resource_version);
    return workload;
  }

  const pb::ScanFinished& fill(const fact_batch& batch, const scan_finished& body) {
    scan.set_image_id_id(number(body.image_id));
    scan.set_architecture_id(number(body.architecture));
    scan.set_outcome(number(body.outcome));
    assign(scan.mutable_error(), batch.text(body.error));
    scan.set_wait_ms(body.wait_ms);
    return scan;
  }

  const pb::RemoteAnswered& fill(const fact_batch&, const remote_answered& body) {
    answer.set_image_id_id(number(body.image_id));
    answer.set_architecture_id(number(body.architecture));
    answer.set_scanned(body.scanned);
    return answer;
  }

  const pb::RemoteAcknowledged& fill(const fact_batch&, const remote_acknowledged& body) {
    acknowledgement.set_image_id_id(number(body.image_id));
    acknowledgement.set_architecture_id(number(body.architecture));
    acknowledgement.set_name_id(number(body.name));
    acknowledgement.set_version(body.version);
    return acknowledgement;
  }

  const pb::ListSynced& fill(const fact_batch& batch, const list_synced& body) {
    list.set_kind_id(number(body.kind));
    assign(list.mutable_resource_version(), batch.text(body.resource_version));
    list.set_items(body.items);
    list.set_api_version_id(number(body.api_version));
    return list;
  }

  const pb::Bookmarked& fill(const fact_batch& batch, const bookmarked& body) {
    bookmark.set_kind_id(number(body.kind));
    bookmark.set_api_version_id(number(body.api_version));
    assign(bookmark.mutable_resource_version(), batch.text(body.resource_version));
    return bookmark;
  }

  const pb::SettingsChanged& fill(const fact_batch& batch, const settings_changed& body) {
    settings.set_scan_grace_ms(body.scan_grace_ms);
    // The first rules are not written, so that what an older release journaled stays what it was.
    settings.set_rules(body.rules == tally_rules::first ? 0 : number(body.rules));
    settings.set_list_anew(body.list_anew);
    assign(settings.mutable_followed(), batch.text(body.followed));
    return settings;
  }
};

fact_encoder::fact_encoder() : messages_(std::make_unique<messages>()) {}
fact_encoder::~fact_encoder() = default;
fact_encoder::fact_encoder(fact_encoder&&) noexcept = default;
fact_encoder& fact_encoder::operator=(fact_encoder&&) noexcept = default;

record_type fact_encoder::type_of(const fact& item) {
  return std::visit(
      []<class Body>(const Body&) {
        static_assert(type_for<Body> != record_type{}, "this kind of fact has no record type");
        return type_for<Body>;
      },
      item.body);
}

std::size_t fact_encoder::prepare(const fact_batch& batch, const fact& item) {
  return std::visit(
      [&]<class Body>(const Body& body) {
        if constexpr (std::is_same_v<Body, pod_observed>) {
          encode_pod(batch, body, messages_->pod);
          messages_->prepared = nullptr;
          messages_->size = messages_->pod.size();
        } else {
          const auto& message = messages_->fill(batch, body);
          messages_->prepared = &message;
          messages_->size = message.ByteSizeLong();
        }
        return messages_->size;
      },
      item.body);
}

void fact_encoder::write(std::span<std::byte> target) const {
  invariant(target.size() == messages_->size && "the target has another size than prepare returned");
  if (messages_->prepared == nullptr) {
    std::copy(messages_->pod.begin(), messages_->pod.end(), reinterpret_cast<std::uint8_t*>(target.data()));
    return;
  }
  auto* const begin = reinterpret_cast<std::uint8_t*>(target.data());
  const auto* const end = messages_->prepared->SerializeWithCachedSizesToArray(begin);
  invariant(end == begin + target.size() && "protobuf wrote another size than it announced");
}

} // namespace tallyman
