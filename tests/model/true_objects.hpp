#pragma once

#include "messages/fact.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace tallyman::testing {

// The objects of a made-up cluster, in plain text.

struct true_reference {
  std::string uid; ///< empty: there is none
  std::string kind;
  std::string api_version;
  std::string name;
};

struct true_node {
  std::string uid;
  std::string name;
  std::string architecture;
  std::string os;
  std::uint64_t resource_version = 0;
};

struct true_workload {
  std::string uid;
  std::string kind;
  std::string api_version;
  std::string name_space;
  std::string name;
  true_reference controller;
  std::uint64_t resource_version = 0;
};

struct true_container {
  std::string name;
  std::string image;
  std::string image_id;
  std::string runtime;
  container_list list = container_list::regular;
  std::uint32_t instance = 0;
};

struct true_pod {
  std::string uid;
  std::string name_space;
  std::string name;
  std::string node;
  true_reference controller;
  pod_phase phase = pod_phase::pending;
  bool deleting = false;
  std::vector<true_container> containers;
  std::uint64_t resource_version = 0;
};

using true_object = std::variant<true_node, true_workload, true_pod>;

inline const std::string& uid_of(const true_object& object) {
  return std::visit([](const auto& each) -> const std::string& { return each.uid; }, object);
}

/// A kind and its group: "Pod", "Job.batch".
inline std::string kind_text(std::string_view kind, std::string_view api_version) {
  const auto group = group_of(api_version);
  return std::string{kind} + (group.empty() ? "" : ".") + std::string{group};
}

inline std::string kind_of(const true_object& object) {
  if (std::holds_alternative<true_node>(object))
    return "Node";
  if (const auto* workload = std::get_if<true_workload>(&object))
    return kind_text(workload->kind, workload->api_version);
  return "Pod";
}

/// Writes texts and objects as the facts of one cluster.
class fact_writer {
public:
  explicit fact_writer(string_table& strings) : strings_(strings) {}

  string_id id(const std::string& text) { return strings_(text); }

  /// What `kind_text` gives, as a list names it: the version in a group is another one than its objects have.
  object_kind kind(const std::string& text) {
    const auto dot = text.find('.');
    if (dot == std::string::npos)
      return {id(text), id("v1")};
    return {id(text.substr(0, dot)), id(text.substr(dot + 1) + "/v9")};
  }
  fact_body observed(fact_batch& batch, const true_object& object);
  fact_body gone(const true_object& object);

private:
  controller_ref reference(fact_batch& batch, const true_reference& from);
  fact_body write(fact_batch& batch, const true_node& from);
  fact_body write(fact_batch& batch, const true_workload& from);
  fact_body write(fact_batch& batch, const true_pod& from);

  interner strings_;
};

} // namespace tallyman::testing
