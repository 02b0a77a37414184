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

  struct placed_container {
    std::string image_id;
    std::string name;
    std::string runtime;
  };

  struct owner_text {
    std::string uid;
    std::string kind;
    std::string name;
  };

  struct pod {
    true_pod seen;
    owner_text owner;
    std::string waiting_on;
    std::string architecture;
    std::string os;
    bool platform_certain = false;
    std::vector<placed_container> counted;
  };

  struct membership {
    owner_text owner;
    std::string name_space;
    bool owner_certain = false;
    bool platform_certain = false;
    std::string os;
    std::string runtime;
  };

  struct image {
    std::map<std::string, membership> pods; ///< by uid
    std::string os;
    std::string runtime;
    bool scanned = false;
    std::int64_t scanned_at = 0;
    bool image_private = false;
    unsigned failures = 0;
    std::string last_error;
    std::int64_t next_scan = 0;
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
  void end(const std::string& uid, std::int64_t time);
  void end_list(const std::string& kind, std::int64_t time);

  // One fact that says something new.
  void begin_fact(std::int64_t time);
  void end_fact(std::int64_t time);
  void apply(const true_node& node);
  void apply(const true_workload& workload);
  void apply(const true_pod& pod);
  void apply(const fact_batch& batch, const scan_finished& scan, std::int64_t time);
  void apply(const remote_answered& answer, std::int64_t time);
  void apply(const remote_acknowledged& answer, std::int64_t time);
  void resolve_platform(pod& of);
  void resolve_owner(pod& of, true_reference from);
  void update(const image_key_text& key, const std::map<std::string, membership>& pods, std::int64_t time);
  bool known_as_scanned(const image_key_text& key, std::int64_t& at) const;

  const string_table& strings_;
  std::map<std::string, true_node> nodes_;         ///< by name
  std::map<std::string, true_workload> workloads_; ///< by uid
  std::map<std::string, pod> pods_;                ///< by uid
  std::map<image_key_text, image> images_;
  std::map<std::string, position> positions_;
  std::map<std::string, std::string> last_said_;       ///< uid to what its object last said
  std::map<std::string, std::string> kinds_;           ///< uid to kind and group, of what is there
  std::set<std::string> gone_;                         ///< uids
  std::map<std::string, std::set<std::string>> lists_; ///< kind to the uids of the list that is under way
  std::uint64_t grace_ = 86'400'000;
  std::uint64_t sequence_ = 0;
  std::int64_t time_ = 0;
};

/// What the objects of a cluster alone say: compare with `inventory_of`.
text_view inventory_of(const std::map<std::string, true_object>& objects);

} // namespace tallyman::testing
