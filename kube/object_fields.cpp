#include "kube/object_fields.hpp"

namespace tallyman::kube {

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
  owners.clear();
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
