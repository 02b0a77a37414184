#include "cli/small_cluster.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace tallyman::cli::testing {

small_cluster::small_cluster(std::shared_ptr<string_table> strings)
    : strings_(std::move(strings)), state_(strings_),
      sequencer_(strings_, state_.incoming, 0, 0, [this] { return now_ms; }) {}

void small_cluster::feed(std::string_view text, kube::json_decoder_options options) {
  interner ids{*strings_};
  kube::json_decoder decoder{ids, options};
  REQUIRE(decoder.feed(text).ok());
  REQUIRE(decoder.finish().ok());
  take(decoder.take());
}

void small_cluster::take(observations seen) {
  if (const auto work = sequencer_.admit(seen))
    state_.apply(work->batch, work->first_sequence);
}

cluster_view small_cluster::view() const {
  cluster_view view{strings_};
  view.state = state_;
  return view;
}

inventory_view small_cluster::inventory(idle_images idle) const {
  return make_inventory(view(), "small", now_ms, idle);
}

std::string pod_json(std::string_view uid, std::string_view name, std::string_view node,
                     std::string_view image, std::string_view image_id, std::string_view controller) {
  return fmt::format(
      R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"uid":"{}","namespace":"shop","name":"{}"{}{}}},)"
      R"("spec":{{"nodeName":"{}","containers":[{{"name":"main","image":"{}"}}]}},)"
      R"("status":{{"phase":"Running","containerStatuses":[{{"name":"main","imageID":"{}",)"
      R"("containerID":"containerd://1"}}]}}}})",
      uid, name, controller.empty() ? "" : ",", controller, node, image, image_id);
}

std::string node_json(std::string_view uid, std::string_view name, std::string_view architecture) {
  return fmt::format(R"({{"kind":"Node","apiVersion":"v1","metadata":{{"uid":"{}","name":"{}"}},)"
                     R"("status":{{"nodeInfo":{{"architecture":"{}","operatingSystem":"linux"}}}}}})",
                     uid, name, architecture);
}

std::string replica_set_json(std::string_view uid, std::string_view name, std::string_view controller) {
  return fmt::format(
      R"({{"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":{{"uid":"{}","namespace":"shop","name":"{}"{}{}}}}})",
      uid, name, controller.empty() ? "" : ",", controller);
}

std::string controlled_by(std::string_view kind, std::string_view name, std::string_view uid) {
  return fmt::format(
      R"("ownerReferences":[{{"kind":"{}","apiVersion":"apps/v1","name":"{}","uid":"{}","controller":true}}])",
      kind, name, uid);
}

std::string uid_number(unsigned number) {
  return fmt::format("00000000-0000-4000-8000-000000000{:03}", number);
}

} // namespace tallyman::cli::testing
