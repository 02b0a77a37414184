#include "model/true_objects.hpp"

namespace tallyman::testing {

controller_ref fact_writer::reference(fact_batch& batch, const true_reference& from) {
  if (from.uid.empty())
    return {};
  return {parse_uid(from.uid, strings_), id(from.kind), id(from.api_version), batch.add_text(from.name)};
}

fact_body fact_writer::write(fact_batch&, const true_node& from) {
  return node_observed{parse_uid(from.uid, strings_), id(from.name), id(from.architecture), id(from.os),
                       from.resource_version};
}

fact_body fact_writer::write(fact_batch& batch, const true_workload& from) {
  workload_observed to;
  to.id = parse_uid(from.uid, strings_);
  to.kind = id(from.kind);
  to.api_version = id(from.api_version);
  to.name_space = id(from.name_space);
  to.name = batch.add_text(from.name);
  to.controller = reference(batch, from.controller);
  to.resource_version = from.resource_version;
  return to;
}

fact_body fact_writer::write(fact_batch& batch, const true_pod& from) {
  pod_observed to;
  to.id = parse_uid(from.uid, strings_);
  to.name_space = id(from.name_space);
  to.node = id(from.node);
  to.name = batch.add_text(from.name);
  to.controller = reference(batch, from.controller);
  to.resource_version = from.resource_version;
  std::vector<container> containers;
  for (const auto& each : from.containers)
    containers.push_back(
        {id(each.name), id(each.image), id(each.image_id), id(each.runtime), each.list, each.instance});
  to.containers = batch.add_containers(containers.data(), containers.size());
  to.phase = from.phase;
  to.deleting = from.deleting;
  return to;
}

fact_body fact_writer::observed(fact_batch& batch, const true_object& object) {
  return std::visit([&](const auto& each) { return write(batch, each); }, object);
}

fact_body fact_writer::gone(const true_object& object) {
  const auto uid = parse_uid(uid_of(object), strings_);
  if (const auto* node = std::get_if<true_node>(&object))
    return node_gone{uid, id(node->name), node->resource_version, gone_reason::deleted};
  if (const auto* workload = std::get_if<true_workload>(&object))
    return workload_gone{uid, id(workload->kind), workload->resource_version, gone_reason::deleted,
                         id(workload->api_version)};
  return pod_gone{uid, std::get<true_pod>(object).resource_version, gone_reason::deleted};
}

} // namespace tallyman::testing
