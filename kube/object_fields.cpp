#include "kube/object_fields.hpp"

#include <algorithm>

namespace tallyman::kube {

const container_status* object_fields::status_of(std::string_view wanted,
                                                 container_list list) const noexcept {
  const auto found = std::find_if(statuses.begin(), statuses.end(), [&](const container_status& status) {
    return status.list == list && status.name == wanted;
  });
  return found == statuses.end() ? nullptr : &*found;
}

void object_fields::clear() {
  kind = {};
  api_version = {};
  message = {};
  reason = {};
  clear_metadata();
  clear_spec();
  clear_status();
}

void object_fields::clear_metadata() {
  name = {};
  name_space = {};
  uid = {};
  resource_version = {};
  list_continue = {};
  deleting = false;
  initial_events_end = false;
  controller.reset();
  label_architecture = {};
  label_os = {};
  beta_label_architecture = {};
  beta_label_os = {};
}

void object_fields::clear_spec() {
  node_name = {};
  containers.clear();
}

void object_fields::clear_status() {
  phase = {};
  statuses.clear();
  architecture = {};
  os = {};
}

} // namespace tallyman::kube
