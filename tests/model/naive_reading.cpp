// From facts to the objects that they are about.

#include "model/naive_model.hpp"

namespace tallyman::testing {

true_reference naive_model::read(const fact_batch& batch, const controller_ref& ref) const {
  return {text(ref.id), text(ref.kind), text(ref.api_version), std::string{batch.text(ref.name)}};
}

true_node naive_model::read(const fact_batch&, const node_observed& seen) const {
  return {text(seen.id), text(seen.name), text(seen.architecture), text(seen.os), seen.resource_version};
}

true_workload naive_model::read(const fact_batch& batch, const workload_observed& seen) const {
  return {text(seen.id),
          text(seen.kind),
          text(seen.api_version),
          text(seen.name_space),
          std::string{batch.text(seen.name)},
          read(batch, seen.controller),
          seen.resource_version};
}

true_pod naive_model::read(const fact_batch& batch, const pod_observed& seen) const {
  true_pod made{text(seen.id),
                text(seen.name_space),
                std::string{batch.text(seen.name)},
                text(seen.node),
                read(batch, seen.controller),
                seen.phase,
                seen.deleting,
                {},
                seen.resource_version};
  for (auto* each = batch.begin_of(seen.containers); each != batch.end_of(seen.containers); ++each)
    made.containers.push_back({text(each->name), text(each->image), text(each->image_id), text(each->runtime),
                               each->list, each->instance});
  return made;
}

} // namespace tallyman::testing
