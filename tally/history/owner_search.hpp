#pragma once

#include "tally/history/history_search.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tallyman {

/// A workload by what people call it.
struct owner_name {
  std::string kind;
  std::string name_space;
  std::string name;
};

/// Workloads by what people call them.
struct owner_names {
  std::function<bool(std::string_view)> is_kind;
  std::function<bool(std::string_view)> is_group; ///< of an apiVersion; unset: any
  std::optional<std::string> name_space;          ///< unset: in any, or in none
  std::string name;
};

/// Searches for the images that a workload, or several, owned.
class owner_search : public history_search {
public:
  explicit owner_search(owner_names wanted) : wanted_(std::move(wanted)) {}
  explicit owner_search(owner_name wanted)
      : wanted_{[kind = std::move(wanted.kind)](std::string_view text) { return text == kind; },
                {},
                std::move(wanted.name_space),
                std::move(wanted.name)} {}

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
    return name == wanted_.name && kinds_.contains(kind);
  }
  void follow(const uid& workload, const uid& controller, string_id controller_kind, std::string_view name);

  owner_names wanted_;
  string_id_set kinds_;
  string_id_set api_versions_;
  string_id name_space_{};
  bool name_space_known_ = false;
  absl::flat_hash_set<uid> below_; ///< workloads whose chain leads, or once led, to the wanted one
  bool grown_ = false;             ///< in this pass
};

} // namespace tallyman
