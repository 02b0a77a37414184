#pragma once

#include "actors/cluster.hpp"
#include "cli/command_line.hpp"
#include "cli/keep_arguments.hpp"

#include <cstdint>
#include <string>

namespace tallyman::cli {

/// What the commands that keep a cluster's journal have in common.
struct writer_arguments {
  std::string name; ///< of the cluster; empty: whatever the journal says
  std::uint64_t snapshot_every = cluster_options{}.snapshot_every;
  keep_arguments keep;

  /// Fails if history is to be given up but no snapshots are taken, without which none can go.
  result<cluster_options> options() const;
};

/// Adds --cluster, --snapshot-every, --keep-days and --keep-size. `arguments` must outlive the parsing.
void add_writer_arguments(const subcommand& to, writer_arguments& arguments);

} // namespace tallyman::cli
