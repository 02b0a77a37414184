#pragma once

#include "bench/cluster_shape.hpp"
#include "bench/feed.hpp"
#include "bench/random_numbers.hpp"
#include "messages/string_table.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::bench {

/// A made-up cluster and what a watch of it would show: nodes of two architectures, Deployments under their
/// ReplicaSets, StatefulSets, DaemonSets, CronJobs with Jobs; replicas and images by Zipf's law; one sidecar
/// in four of five pods, another in one of five, so two containers a pod.
///
/// A pure function of shape, string table contents and the calls made: the same seed gives the same facts.
/// `cold_start` comes first; each call goes on from the state that the one before left. Everything is
/// generated ahead, about 250 bytes of memory a fact, so that handing it in costs nothing but the hand-over.
///
/// Not thread-safe. `strings` must outlive it.
class synthetic_cluster {
public:
  /// `strings_added`, if there is one, is called whenever another 256 KiB of strings have been interned: a
  /// cluster takes at most one journal batch of new strings with one fact, so it must get a fact in between.
  synthetic_cluster(const cluster_shape& shape, string_table& strings,
                    std::function<void()> strings_added = {});

  /// Complete lists of nodes, workloads and pods, the first that a new tally sees.
  feed cold_start();

  // Each goes on until about `facts` facts are there.

  /// Pods are seen again; all but one of 32 say nothing new.
  feed status_updates(std::size_t facts);
  /// One pod goes, one of the same workload comes.
  feed replacements(std::size_t facts);
  /// Deployments move to another image: a new ReplicaSet, and pod by pod Pending, Running, old one gone.
  feed rolling_deployments(std::size_t facts);
  /// Nodes are emptied and replaced: each pod is terminating, gone, and Pending then Running elsewhere.
  feed drains(std::size_t facts);
  /// Pods and nodes for them come, and go again.
  feed autoscaler_wave(std::size_t facts);
  /// CronJobs run: a Job, its pod from Pending to Succeeded, and both are cleaned up.
  feed cron_runs(std::size_t facts);
  /// Images are scanned; one scan of 16 fails.
  feed scan_results(std::size_t facts);

  /// The complete list of pods once more; one pod of 1,000 was replaced unseen.
  feed relist();
  /// The ends of `pods` pods, any; they are not replaced. Only as the last call.
  feed removals(std::size_t pods);

  /// From now on submissions hold `facts` facts.
  void set_batch_facts(std::uint32_t facts) noexcept { shape_.batch_facts = facts; }

  std::size_t live_pods() const noexcept { return pods_.size(); }
  const cluster_shape& shape() const noexcept { return shape_; }

private:
  enum class workload_kind : std::uint8_t { deployment, stateful_set, daemon_set, cron_job };

  struct node {
    uid id;
    string_id name{};
    string_id architecture{};
  };
  struct workload {
    uid id;         ///< of the top of the chain
    uid controller; ///< what its pods refer to
    string_id name_space{};
    std::string name;
    std::string controller_name;
    std::uint32_t image = 0;
    std::uint32_t first_pod = 0; ///< its pods are pods_[first_pod, first_pod + replicas)
    std::uint32_t replicas = 0;
    workload_kind kind = workload_kind::deployment;
    bool mesh = false;    ///< has the first sidecar
    bool secrets = false; ///< has the second
    bool on_arm = false;
  };
  struct pod {
    uid id;
    std::uint32_t workload = 0;
    std::uint32_t node = 0;
  };
  struct names { // interned once
    string_id amd64{}, arm64{}, linux_os{}, pod{}, node{}, replica_set{}, deployment{}, stateful_set{},
        daemon_set{}, cron_job{}, job{}, apps{}, batch{}, containerd{}, app{}, mesh{}, secrets{};
  };

  string_id intern(const std::string& text);
  void make_names();
  void make_images();
  void make_nodes();
  void make_workloads();
  void share_out_pods();
  workload make_workload(std::uint32_t index);
  node make_node();
  uid next_uid();

  std::uint32_t any_node_for(const workload& of);
  string_id kind_of_controller(const workload& of) const;
  void name_controller(workload& of);
  controller_ref controller_of(const workload& of, fact_batch& pools) const;
  void show_workload(const workload& of, feed_builder& to);
  void show_workload_gone(const workload& of, const uid& id, feed_builder& to);
  void show_node(const node& which, feed_builder& to);
  void show_pod(const pod& which, pod_phase phase, feed_builder& to, bool deleting = false);
  void show_pod_gone(const pod& which, feed_builder& to);
  void end_list(string_id kind, std::size_t items, feed_builder& to);

  void replace(pod& which, feed_builder& to);
  void drain(std::uint32_t node_index, feed_builder& to);
  void run_cron_job(workload of, std::uint32_t index, feed_builder& to);

  cluster_shape shape_;
  string_table* strings_;
  random_numbers random_;
  zipf_law popularity_;
  std::function<void()> strings_added_;
  std::size_t string_bytes_ = 0; ///< since the last call of `strings_added_`
  names ids_;
  std::vector<string_id> image_names_;
  std::vector<string_id> image_digests_;
  std::vector<node> nodes_; ///< the first `amd_nodes_` are amd64
  std::vector<workload> workloads_;
  std::vector<pod> pods_;
  std::uint32_t amd_nodes_ = 0;
  std::uint32_t node_number_ = 0;
  std::uint64_t uid_number_ = 0;
  std::uint64_t resource_version_ = 0;
  std::uint32_t next_scan_ = 0;
};

} // namespace tallyman::bench
