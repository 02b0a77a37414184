#include "messages/wire/pod_encoding.hpp"

#include "base/invariant.hpp"
#include "messages/wire/event.pb.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstring>

namespace tallyman {

namespace {

using google::protobuf::io::CodedOutputStream;
using wire = google::protobuf::internal::WireFormatLite;

constexpr std::size_t varint_bytes_max = 10;
/// Of a field that is no text: its tag, below 16 in both messages, and its value.
constexpr std::size_t number_bytes_max = 1 + varint_bytes_max;
constexpr std::size_t text_bytes_max(std::size_t length) {
  return 1 + varint_bytes_max + length;
}
constexpr std::size_t container_fields = 6,
                      container_bytes_max = text_bytes_max(container_fields * number_bytes_max);
constexpr std::size_t pod_numbers = 11;

/// Writes fields as proto3 does: what has its default is left out.
struct field_writer {
  std::uint8_t* at;

  void number(int field, std::uint64_t value) {
    if (value == 0)
      return;
    *at++ = static_cast<std::uint8_t>(wire::MakeTag(field, wire::WIRETYPE_VARINT));
    at = CodedOutputStream::WriteVarint64ToArray(value, at);
  }
  void id(int field, string_id value) { number(field, static_cast<std::uint32_t>(value)); }
  void fixed(int field, std::uint64_t value) {
    if (value == 0)
      return;
    *at++ = static_cast<std::uint8_t>(wire::MakeTag(field, wire::WIRETYPE_FIXED64));
    at = CodedOutputStream::WriteLittleEndian64ToArray(value, at);
  }
  void fixed32(int field, std::uint32_t value) {
    if (value == 0)
      return;
    *at++ = static_cast<std::uint8_t>(wire::MakeTag(field, wire::WIRETYPE_FIXED32));
    at = CodedOutputStream::WriteLittleEndian32ToArray(value, at);
  }
  void text(int field, std::string_view value) {
    if (value.empty())
      return;
    *at++ = static_cast<std::uint8_t>(wire::MakeTag(field, wire::WIRETYPE_LENGTH_DELIMITED));
    at = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(value.size()), at);
    std::memcpy(at, value.data(), value.size());
    at += value.size();
  }
};

/// Its length is below 128, so its prefix is one byte, which is filled in last.
static_assert(container_fields * number_bytes_max < 128);

void write_container(const container& each, field_writer& to) {
  using pb::Container;
  *to.at++ = static_cast<std::uint8_t>(
      wire::MakeTag(pb::PodObserved::kContainersFieldNumber, wire::WIRETYPE_LENGTH_DELIMITED));
  auto* const length = to.at++;
  to.id(Container::kNameIdFieldNumber, each.name);
  to.id(Container::kImageIdFieldNumber, each.image);
  to.id(Container::kImageIdIdFieldNumber, each.image_id);
  to.id(Container::kRuntimeIdFieldNumber, each.runtime);
  to.number(Container::kListFieldNumber, static_cast<std::uint64_t>(each.list));
  to.fixed32(Container::kInstanceFieldNumber, each.instance);
  *length = static_cast<std::uint8_t>(to.at - length - 1);
}

} // namespace

void encode_pod(const fact_batch& batch, const pod_observed& pod, std::vector<std::uint8_t>& to) {
  using pb::PodObserved;
  invariant(pod.containers.length <= containers_per_pod_max &&
            "a source let a pod with too many containers in");
  const auto name = batch.text(pod.name), controller_name = batch.text(pod.controller.name);
  to.resize(pod_numbers * number_bytes_max + text_bytes_max(name.size()) +
            text_bytes_max(controller_name.size()) + pod.containers.length * container_bytes_max);
  field_writer out{to.data()};
  out.fixed(PodObserved::kUidHighFieldNumber, pod.id.high);
  out.fixed(PodObserved::kUidLowFieldNumber, pod.id.low);
  out.id(PodObserved::kNamespaceIdFieldNumber, pod.name_space);
  out.id(PodObserved::kNodeIdFieldNumber, pod.node);
  out.text(PodObserved::kNameFieldNumber, name);
  out.fixed(PodObserved::kControllerUidHighFieldNumber, pod.controller.id.high);
  out.fixed(PodObserved::kControllerUidLowFieldNumber, pod.controller.id.low);
  out.id(PodObserved::kControllerKindIdFieldNumber, pod.controller.kind);
  out.id(PodObserved::kControllerApiVersionIdFieldNumber, pod.controller.api_version);
  out.text(PodObserved::kControllerNameFieldNumber, controller_name);
  out.number(PodObserved::kResourceVersionFieldNumber, pod.resource_version);
  out.number(PodObserved::kPhaseFieldNumber, static_cast<std::uint64_t>(pod.phase));
  out.number(PodObserved::kDeletingFieldNumber, pod.deleting ? 1 : 0);
  for (auto* each = batch.begin_of(pod.containers); each != batch.end_of(pod.containers); ++each)
    write_container(*each, out);
  to.resize(static_cast<std::size_t>(out.at - to.data()));
}

} // namespace tallyman
