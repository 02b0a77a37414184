#pragma once

#include "tally/history_search.hpp"

#include <string>

namespace tallyman {

/// A workload by what people call it.
struct owner_name {
  std::string kind;
  std::string name_space;
  std::string name;
};

/// Searches for the images that a workload owned.
class owner_search : public history_search {
public:
  explicit owner_search(owner_name wanted) : wanted_(std::move(wanted)) {}

  void know(string_id id, std::string_view text) override;
  void begin_pass(const cluster_state& start) override;
  void see(const pod_glance& pod) override;
  void see(const workload_glance& workload) override;
  bool end_pass() override;
  bool sees_workloads() const override { return true; }
  bool is_about(const image_key&) const override { return false; }
  bool is_about(const image_key&, const owner& who) const override;

private:
  bool names_wanted(string_id kind, std::string_view name) const {
    return kind == kind_ && kind != string_id::empty && name == wanted_.name;
  }
  void follow(const uid& workload, const uid& controller, string_id controller_kind, std::string_view name);

  owner_name wanted_;
  string_id kind_{};
  string_id name_space_{};
  bool name_space_known_ = false;
  absl::flat_hash_set<uid> below_; ///< workloads whose chain leads, or once led, to the wanted one
  bool grown_ = false;             ///< in this pass
};

} // namespace tallyman
