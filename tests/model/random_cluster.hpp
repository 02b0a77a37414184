#pragma once

#include "messages/observations.hpp"
#include "model/random_source.hpp"
#include "model/true_objects.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tallyman::testing {

/// A cluster that lives a random life, and what a tracker gets to see of it.
///
/// Every kind has a watch of its own: events of one kind keep their order, those of different kinds do not
/// (so nodes and parents come late). Events are also lost, sent twice, sent again after the object is gone;
/// lists break off, or are of a part of the objects and taken for whole ones; objects leave what is selected
/// and come back; the whole is restored from an earlier moment, whose versions are given anew; images change
/// within a pod; nodes and pods come back under their name with another uid; owner references change and form
/// circles; settings name more kinds to follow; scan results and long silences fall in between.
///
/// The same seed gives the same stream, text for text, whatever table the strings go to.
class random_cluster {
public:
  struct limits {
    std::size_t nodes = 5;
    std::size_t workloads = 12;
    std::size_t pods = 14;
  };

  random_cluster(std::uint64_t seed, string_table& strings, limits at_most);
  random_cluster(std::uint64_t seed, string_table& strings) : random_cluster(seed, strings, limits{}) {}

  /// What the tracker sees next: zero or more facts. Their times are set and never fall; a driver with a
  /// clock of its own may set others.
  observations next();

  /// Starts every container anew, so that the statuses tell what its image is.
  void restart_containers();

  /// Complete lists of all kinds, one after the other, while life goes on, and what the watches from there on
  /// show: after this a tracker knows the cluster as it is.
  observations list_everything();

private:
  struct watch_event {
    true_object object;
    bool gone = false;
  };

  // What happens in the cluster (random_cluster_life.cpp).
  void live();
  void add_node(const std::string& name);
  void delete_node();
  void register_node_again();
  void complete_node();
  void add_workloads();
  true_reference add_workload(const char* kind, const char* api_version, const true_reference& controller);
  void adopt_workload();
  void delete_workload();
  void add_pod();
  void change_pod();
  void change_containers(true_pod& pod);
  void change_container(true_container& each);
  void delete_pod();
  true_container make_container(container_list list);
  true_reference some_controller();
  std::string some_image_id();
  std::uint32_t next_instance();
  std::string new_uid();
  template <class Object>
  Object* some();
  template <class Object>
  std::size_t count() const;
  void put(true_object object);
  void remove(const std::string& uid);
  void select_or_not();
  void restore_earlier();

  // What the tracker sees of it (random_cluster.cpp).
  void see(observations& to);
  void see_next_event(observations& to);
  void see_events(observations& to, const std::string& kind);
  void see_again(observations& to);
  void see_list(observations& to);
  void see_scan(observations& to);
  void see_bookmark(observations& to);
  void see_settings(observations& to);
  void begin_list(observations& to, const std::string& kind);
  void continue_list(observations& to);
  void end_list(observations& to, const std::string& kind);
  void emit(observations& to, const watch_event& event);
  void add(observations& to, fact_body body);

  random_source random_;
  fact_writer writer_;
  limits at_most_;
  std::int64_t now_ms_ = 1'600'000'000'000;
  std::uint64_t resource_version_ = 100;
  std::uint64_t names_given_ = 0;

  std::map<std::string, true_object> objects_; ///< by uid: what there is
  std::set<std::string> hidden_;               ///< uids of those that are not selected
  std::map<std::string, true_object> earlier_; ///< a back-up of `objects_`
  std::uint64_t earlier_version_ = 0;          ///< 0: there is none
  bool may_restore_ = true;

  std::map<std::string, std::deque<watch_event>> watches_; ///< by kind: what is not seen yet
  std::deque<watch_event> seen_;                           ///< the last few
  std::string listed_kind_;                                ///< empty: no list is under way
  std::vector<watch_event> listed_;                        ///< the rest of the list that is under way
  std::uint64_t listed_version_ = 0;
  std::string followed_; ///< as of the last settings
};

} // namespace tallyman::testing
