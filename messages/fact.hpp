#pragma once

#include "messages/string_table.hpp"
#include "messages/uid.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tallyman {

/// A piece of text or a run of containers in the pools of the `fact_batch` that holds the fact.
struct pool_slice {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

/// status.phase of a pod. `unknown` also stands for a phase that is missing or that no release knows.
enum class pod_phase : std::uint8_t { unknown = 0, pending = 1, running = 2, succeeded = 3, failed = 4 };

/// Which of a pod's lists a container stands in. An image volume counts as a container that has no runtime.
enum class container_list : std::uint8_t { regular = 0, init = 1, ephemeral = 2, volume = 3 };

/// The projection of one container: spec.image, and of the status with the same name the imageID, and of the
/// containerID the scheme and a hash. `image_id`, `runtime` and `instance` are empty while there is no such
/// status.
struct container {
  string_id name{};
  string_id image{};
  string_id image_id{};
  string_id runtime{};
  container_list list = container_list::regular;
  /// Tells one run of the container from the next: the low 32 bits of XXH3 of the containerID; 0: unknown.
  std::uint32_t instance = 0;

  friend bool operator==(const container&, const container&) = default;
};

/// The most containers that one pod may have. The API server's limit on an object's size keeps real pods far
/// below it, and with it every pod fits into one batch of the journal. A source refuses a larger pod as bad
/// input; the codec does not write one.
inline constexpr std::uint32_t containers_per_pod_max = 16'384;

/// A kind, as Kubernetes tells kinds apart: Volcano has a Job, too. Of the apiVersion only the group counts,
/// so one that differs in its version, or is missing for Pod and Node, means the same kind.
struct object_kind {
  string_id name{};
  string_id api_version{};

  friend bool operator==(const object_kind&, const object_kind&) = default;
  friend auto operator<=>(const object_kind&, const object_kind&) = default;
  template <class Hash>
  friend Hash AbslHashValue(Hash state, const object_kind& kind) {
    return Hash::combine(std::move(state), kind.name, kind.api_version);
  }
};

/// The group in an apiVersion: "apps" of "apps/v1"; empty for the core group ("v1") and for no apiVersion.
std::string_view group_of(std::string_view api_version);

/// How people tell kinds apart: "Deployment", and with the group if that is a domain: "Rollout.argoproj.io".
std::string qualified_kind(std::string_view kind, std::string_view api_version);

/// The owner reference with `controller: true` of an object; an empty `id` says that there is none.
struct controller_ref {
  uid id;
  string_id kind{};
  string_id api_version{};
  pool_slice name;

  bool empty() const noexcept { return id.empty(); }
};

/// A pod as the cluster last showed it.
struct pod_observed {
  uid id;
  string_id name_space{};
  string_id node{}; ///< spec.nodeName; empty while the pod is not scheduled
  pool_slice name;
  controller_ref controller;
  std::uint64_t resource_version = 0; ///< 0 if it is missing or not a number
  pool_slice containers;
  pod_phase phase = pod_phase::unknown;
  bool deleting = false; ///< metadata.deletionTimestamp is present
};

/// Why an object is gone.
enum class gone_reason : std::uint8_t {
  deleted = 0,  ///< the watch said so
  relist = 1,   ///< a complete list no longer held it: its delete was missed
  replaced = 2, ///< another object of its kind has its name, which it can only have once this one is gone
};

/// A pod is no more, or no list holds it.
struct pod_gone {
  uid id;
  std::uint64_t resource_version = 0;
  gone_reason reason = gone_reason::deleted;
};

/// A node as it was last seen.
struct node_observed {
  uid id;
  string_id name{};
  string_id architecture{};
  string_id os{};
  std::uint64_t resource_version = 0;
};

/// A node is no more, or no list holds it.
struct node_gone {
  uid id;
  string_id name{};
  std::uint64_t resource_version = 0;
  gone_reason reason = gone_reason::deleted;
};

/// Any object that can stand in an owner chain: ReplicaSet, Job, Deployment, CronJob, custom kinds, ...
struct workload_observed {
  uid id;
  string_id kind{};
  string_id api_version{};
  string_id name_space{};
  pool_slice name;
  controller_ref controller;
  std::uint64_t resource_version = 0;
};

/// A workload is no more, or no list holds it.
struct workload_gone {
  uid id;
  string_id kind{};
  std::uint64_t resource_version = 0;
  gone_reason reason = gone_reason::deleted;
  string_id api_version{}; ///< empty in journals of the first release, as in the facts below
};

/// How a scan ended.
enum class scan_outcome : std::uint8_t {
  succeeded = 0,
  failed = 1,
  image_private = 2, ///< the registry wants credentials that the scanner lacks
};

/// A scanner is done with (image_id, architecture): this concerns every name of it.
struct scan_finished {
  string_id image_id{};
  string_id architecture{};
  pool_slice error;          ///< why it failed; empty on success
  std::uint64_t wait_ms = 0; ///< the back-off that was chosen for a failure (tally/schedule/back_off.hpp)
  scan_outcome outcome = scan_outcome::succeeded;
};

/// The remote was asked whether (image_id, architecture) is scanned, and answered.
struct remote_answered {
  string_id image_id{};
  string_id architecture{};
  bool scanned = false;
};

/// The remote has processed the owners of an image as of the image's owner version `version`.
struct remote_acknowledged {
  string_id image_id{};
  string_id architecture{};
  string_id name{};
  std::uint64_t version = 0;
};

/// A complete list of one kind has been taken in; the `pod_gone`, `node_gone` or `workload_gone` of what it
/// no longer held stand before it.
struct list_synced {
  string_id kind{};
  pool_slice resource_version; ///< opaque text, from the list's metadata
  std::uint64_t items = 0;
  string_id api_version{};
};

/// The server vouches that everything of `kind` up to `resource_version` has been sent.
struct bookmarked {
  string_id kind{};
  pool_slice resource_version; ///< opaque text
  string_id api_version{};
};

/// What the tally makes of facts. The facts of a journal mean what they meant when they were written: up to
/// the first `settings_changed` that says otherwise it follows `first` (docs/journal.md).
enum class tally_rules : std::uint8_t {
  first = 1,  ///< of releases whose journals are of format version 1 or 2
  second = 2, ///< owners, platforms and names follow what was seen last; what has an image id counts
};

/// Configuration that enters the state; journaled at the start of a journal and whenever it changes.
struct settings_changed {
  std::uint64_t scan_grace_ms = 0;        ///< how long an image's scan state outlives its last owner
  tally_rules rules = tally_rules::first; ///< a journal never goes back to earlier ones
  /// The objects so far were seen under other settings: none counts as unchanged, and no watch goes on from
  /// where it was, until everything has been listed anew.
  bool list_anew = false;
  /// Kinds that are followed to their own controller besides the built-in ones: "Workflow.argoproj.io ...",
  /// separated by spaces.
  pool_slice followed{};
};

using fact_body = std::variant<pod_observed, pod_gone, node_observed, node_gone, workload_observed,
                               workload_gone, scan_finished, remote_answered, remote_acknowledged,
                               list_synced, bookmarked, settings_changed>;

/// The pod that a fact is about, or null if it is about none. Valid as long as `body`.
inline const uid* pod_of(const fact_body& body) noexcept {
  if (const auto* seen = std::get_if<pod_observed>(&body))
    return &seen->id;
  if (const auto* gone = std::get_if<pod_gone>(&body))
    return &gone->id;
  return nullptr;
}

/// The pod, node or workload that a fact is about, or null if it is about none. Valid as long as `body`.
inline const uid* object_of(const fact_body& body) noexcept {
  if (const auto* const pod = pod_of(body))
    return pod;
  return std::visit(
      []<class Body>(const Body& of) -> const uid* {
        if constexpr (requires { of.id; })
          return &of.id;
        else
          return nullptr;
      },
      body);
}

/// Whether a fact says that its object is gone.
inline bool is_end(const fact_body& body) noexcept {
  return std::holds_alternative<pod_gone>(body) || std::holds_alternative<node_gone>(body) ||
         std::holds_alternative<workload_gone>(body);
}

/// One relevant fact, and the moment at which it was (or will be) journaled.
struct fact {
  std::int64_t time_ms = 0; ///< Unix time in milliseconds, UTC; never falls from one fact to the next
  fact_body body;
};

static_assert(std::is_trivially_copyable_v<fact>, "batches of facts are moved and copied as bytes");

/// A run of facts in the order of their sequence, with the text and the containers that they refer to.
/// All `string_id`s are of one cluster's table.
class fact_batch {
public:
  std::vector<fact> facts;
  std::vector<container> containers;
  std::string texts;

  std::string_view text(pool_slice slice) const {
    return std::string_view{texts}.substr(slice.offset, slice.length);
  }

  const container* begin_of(pool_slice slice) const { return containers.data() + slice.offset; }
  const container* end_of(pool_slice slice) const { return begin_of(slice) + slice.length; }

  pool_slice add_text(std::string_view text);
  pool_slice add_containers(const container* first, std::size_t count);

  /// Empties the batch and keeps its memory for the next one.
  void clear() noexcept;
};

/// The highest string id that `item`, a fact of `batch`, needs: in itself, in its uids, in its containers.
string_id highest_string(const fact_batch& batch, const fact& item) noexcept;

} // namespace tallyman
