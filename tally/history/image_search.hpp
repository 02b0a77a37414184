#pragma once

#include "tally/history/history_search.hpp"

#include <absl/container/flat_hash_map.h>

#include <string>
#include <vector>

namespace tallyman {

/// Searches for the images whose name or image_id is a text; if the tally never held one, those whose name or
/// image_id holds it.
class image_search : public history_search {
public:
  explicit image_search(std::string wanted) : wanted_(std::move(wanted)) {}

  void know(string_id id, std::string_view text) override;
  void begin_pass(const cluster_state& start) override;
  void see(const pod_glance& pod) override;
  void see(const workload_glance&) override {}
  bool end_pass() override;
  bool sees_workloads() const override { return false; }
  bool is_about(const image_key& image) const override;
  bool is_about(const image_key& image, const owner&) const override { return is_about(image); }

private:
  /// Takes note of an image in use. True: the pods that use it matter.
  bool note(string_id image_id, string_id name);

  std::string wanted_;
  string_id exact_{};       ///< the string that is `wanted_`; empty: there is none
  bool exact_held_ = false; ///< the tally held an image of that very name or image_id
  string_id_set matching_;  ///< strings that hold `wanted_`

  // Whether an image is scanned depends on all names of its identity, which is here the first image_id that
  // was seen with its digest: their pods matter too.
  string_id identity_of(string_id image_id);
  std::vector<std::string_view> texts_; ///< of the table, by string id
  absl::flat_hash_map<std::string_view, string_id> first_of_digest_;
  absl::flat_hash_map<string_id, string_id> identity_of_; ///< of image_ids that were asked for
  string_id_set identities_;                              ///< of the images that match
  string_id_set shared_;               ///< identities that were seen with more than one name
  std::vector<image_key> first_names_; ///< by identity: what it was first seen as
  bool shared_matches_ = false;        ///< a matching image has another name
  bool second_pass_ = false;
};

} // namespace tallyman
