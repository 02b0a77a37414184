#pragma once

#include "tally/cluster_view.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace tallyman {

/// A marker on its way through the actors. Each of them, on meeting it, copies its own piece of the state
/// into it; since it travels in order with the facts, the pieces are all of one sequence.
///
/// Shared by everyone whom the marker has yet to reach. When the last of them lets go, `on_gathered` gets the
/// view, or nothing if a piece is missing because its actor is gone.
///
/// Threads: each piece has one writer, so the pieces need no lock, but for the list of quarantined images.
/// The reference count orders them before `on_gathered`.
class gathering {
public:
  using callback = std::function<void(cluster_view_ptr)>;

  gathering(std::shared_ptr<string_table> strings, callback on_gathered)
      : view_(std::make_shared<cluster_view>(std::move(strings))), on_gathered_(std::move(on_gathered)) {}
  ~gathering();

  gathering(const gathering&) = delete;
  gathering& operator=(const gathering&) = delete;

  // -- pieces ------------------------------------------------------------------------------------

  /// The supervisor's piece, put in when the marker is sent: what it has let in so far. Not counted among the
  /// missing ones, as the marker goes nowhere without it.
  void put_intake(const intake& piece, std::uint32_t defined_strings) {
    view_->state.incoming = piece;
    view_->state.defined_strings = defined_strings;
  }
  void put_nodes(const node_table& piece) { put(view_->state.nodes, piece); }
  void put_workloads(const workload_table& piece) { put(view_->state.workloads, piece); }
  /// The router's piece, with which it becomes known how many images are to come: must come before theirs.
  void put_placements(const placements& placed, const watch_positions& positions, std::uint64_t sequence,
                      std::int64_t time_ms);
  void put_image(image_index index, const image_state& piece) { put(view_->state.images[index], piece); }
  void put_quarantined(image_index index, std::string reason);

private:
  template <class Piece>
  void put(Piece& into, const Piece& piece) {
    into = piece;
    missing_.fetch_sub(1, std::memory_order_relaxed);
  }

  std::shared_ptr<cluster_view> view_;
  callback on_gathered_;
  std::atomic<std::int64_t> missing_{3}; ///< nodes, workloads, placements; then the images too
  std::mutex quarantine_mutex_;          // guards: view_->quarantined, which several images write
};

using gathering_ptr = std::shared_ptr<gathering>;

} // namespace tallyman
