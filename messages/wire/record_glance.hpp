#pragma once

#include "messages/string_table.hpp"
#include "messages/uid.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tallyman {

/// A glance at the payload of a journal record tells whether the fact in it can matter to a question, several
/// times faster than decoding it. Nothing is checked against a string table: whatever is found to matter must
/// be decoded (fact_decoder) before it is believed.
///
/// Texts are views into the payload. All of these are false or empty for bytes that are not the message.

struct container_glance {
  string_id image{};
  string_id image_id{};
  bool is_volume = false;
};

/// Of a `pod_observed`.
struct pod_glance {
  uid id;
  uid controller;
  string_id controller_kind{};
  string_id name_space{};
  std::string_view name;
  std::string_view controller_name;
  bool ended = false; ///< its phase is Succeeded or Failed
  std::vector<container_glance> containers;
};

/// Of a `workload_observed`.
struct workload_glance {
  uid id;
  uid controller;
  string_id controller_kind{};
  std::string_view controller_name;
};

/// Overwrites `out`, whose memory is reused.
bool glance_at(std::span<const std::byte> payload, pod_glance& out);
bool glance_at(std::span<const std::byte> payload, workload_glance& out);

/// The uid of a pod, node or workload that was observed or is gone.
std::optional<uid> glance_at_uid(std::span<const std::byte> payload);

} // namespace tallyman
