#pragma once

#include "actors/fact_sequencer.hpp"
#include "kube/json/json_decoder.hpp"
#include "tally/cluster_view.hpp"
#include "views/inventory_view.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tallyman::cli::testing {

/// A cluster in memory, from Kubernetes JSON to a view: no journal, no actors, one thread, and a clock that
/// stands still.
class small_cluster {
public:
  small_cluster() : small_cluster(std::make_shared<string_table>()) {}
  /// With a table that others share, to take in what was decoded with it.
  explicit small_cluster(std::shared_ptr<string_table> strings);

  small_cluster(const small_cluster&) = delete;
  small_cluster& operator=(const small_cluster&) = delete;

  void feed(std::string_view json, kube::json_decoder_options options = {});
  void take(observations seen);

  cluster_view view() const;
  inventory_view inventory(idle_images idle = idle_images::left_out) const;
  string_id id(std::string_view text) { return strings_->intern(text); }

  std::int64_t now_ms = 1'700'000'000'000;

private:
  std::shared_ptr<string_table> strings_;
  cluster_state state_;
  fact_sequencer sequencer_;
};

/// A running pod `NAMESPACE/NAME` with one container, as JSON. `controller` is a member `ownerReferences`, or
/// empty.
std::string pod_json(std::string_view uid, std::string_view name, std::string_view node,
                     std::string_view image, std::string_view image_id, std::string_view controller = "");
std::string node_json(std::string_view uid, std::string_view name, std::string_view architecture);
std::string replica_set_json(std::string_view uid, std::string_view name, std::string_view controller = "");
/// A member `ownerReferences` with one controller.
std::string controlled_by(std::string_view kind, std::string_view name, std::string_view uid);

/// A UUID that ends with `number`, which must be below 1000.
std::string uid_number(unsigned number);

} // namespace tallyman::cli::testing
