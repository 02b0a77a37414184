#pragma once

#include "messages/observations.hpp"
#include "model/true_objects.hpp"
#include "model/view.hpp"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace tallyman::testing {

/// The rules of the tally once more, as plainly as they can be said: texts for ids, everything recomputed
/// after every fact, nothing shared with tally/. What it costs does not matter, so nothing in it is clever.
class naive_model {
public:
  explicit naive_model(const string_table& strings) : strings_(strings) {}

  /// Takes in what a source saw: no-ops, late facts and lists included.
  void take(const observations& seen);

  text_view view() const;

private:
  using image_key_text = std::tuple<std::string, std::string, std::string>; ///< image_id, architecture, name
  using identity_text = std::tuple<std::string, std::string>;               ///< digest, architecture

  struct owner_text {
    std::string uid;
    std::string kind;
    std::string name;
  };

  struct pod {
    true_pod seen;
    owner_text owner;
    std::string waiting_on;
    bool is_followed = false; ///< its controller was, when it was seen
    std::string architecture;
    std::string os;
    bool platform_certain = false;
    std::vector<true_container> counted; ///< with the image that the id came of
  };

  struct membership {
    owner_text owner;
    bool owner_certain = false;
    bool platform_certain = false;
    std::string os;
    std::string runtime;
  };

  struct scan {
    bool scanned = false;
    std::int64_t scanned_at = 0;
    bool image_private = false;
    unsigned failures = 0;
    std::string last_error;
    std::int64_t next_scan = 0;
  };

  struct image {
    std::map<std::string, membership> pods; ///< by uid
    membership left;                        ///< of the last pod
    std::int64_t first_seen = 0;
    std::int64_t owner_changed = 0;
    std::uint64_t version = 0;
    std::uint64_t acknowledged = 0;
    std::int64_t acknowledged_at = 0;
    std::int64_t asked_at = 0;
    std::int64_t idle_since = 0;
  };

  struct position {
    std::string version;
    std::int64_t listed_at = 0;
    std::uint64_t items = 0;
  };

  struct gone_object {
    std::uint64_t version = 0;
    std::string kind; ///< without its group
  };

  // Reading.
  std::string text(string_id id) const { return std::string{strings_.text(id)}; }
  std::string text(const uid& id) const { return to_string(id, strings_); }
  std::string position_of(string_id kind, string_id api_version) const {
    return text(api_version) + ' ' + text(kind);
  }
  std::string text(object_kind kind) const { return kind_text(text(kind.name), text(kind.api_version)); }
  true_reference read(const fact_batch& batch, const controller_ref& ref) const;
  true_node read(const fact_batch& batch, const node_observed& seen) const;
  true_workload read(const fact_batch& batch, const workload_observed& seen) const;
  true_pod read(const fact_batch& batch, const pod_observed& seen) const;

  // What comes in.
  void take(const fact_batch& batch, const fact& each);
  template <class Seen>
  void observe(const fact_batch& batch, const Seen& seen, std::int64_t time);
  bool is_late(const std::string& uid, std::uint64_t version) const;
  std::string holder_of_name(const true_object& object) const;
  void end(const std::string& uid, const std::string& kind, std::uint64_t version, std::int64_t time);
  void end_list(const std::string& kind, std::uint64_t version, std::int64_t time);

  // One fact that says something new.
  void begin_fact(std::int64_t time);
  void end_fact(std::int64_t time);
  void apply(const true_node& node);
  void apply(const true_workload& workload);
  void apply(const true_pod& pod);
  void apply(const fact_batch& batch, const scan_finished& scan, std::int64_t time);
  void apply(const remote_answered& answer, std::int64_t time);
  void apply(const remote_acknowledged& answer, std::int64_t time);
  void apply(const fact_batch& batch, const settings_changed& settings);
  pod on_platform_of(pod of) const;
  pod owned_by(pod of, const true_reference& from) const;
  bool hangs_on(const pod& of, const std::string& workload) const;
  static std::string paired_name(const true_container& seen, const pod& before);
  void update(const image_key_text& key, const std::map<std::string, membership>& pods, std::int64_t time);
  void forget_identities();
  std::string namespace_of(const std::string& owner) const;
  static identity_text identity_of(const image_key_text& key);
  identity_text identity_of(string_id image_id, string_id architecture) const;

  const string_table& strings_;
  std::map<std::string, true_node> nodes_;         ///< by name
  std::map<std::string, true_workload> workloads_; ///< by uid
  std::map<std::string, pod> pods_;                ///< by uid
  std::map<image_key_text, image> images_;
  std::map<identity_text, scan> scans_;
  std::set<std::string> cluster_scoped_; ///< uids of owners that were seen to be
  std::map<std::string, position> positions_;
  std::map<std::string, std::string> last_said_;       ///< uid to what its object last said
  std::map<std::string, std::uint64_t> versions_;      ///< of what is there, by uid
  std::map<std::string, std::string> kinds_;           ///< uid to kind and group, of what is there
  std::map<std::string, gone_object> gone_;            ///< by uid
  std::map<std::string, std::set<std::string>> lists_; ///< kind to the uids of the list that is under way
  std::set<std::string> followed_;
  std::uint64_t grace_ = 86'400'000;
  std::uint64_t sequence_ = 0;
  std::int64_t time_ = 0;
};

} // namespace tallyman::testing
