#include "cli/writer_arguments.hpp"

namespace tallyman::cli {

result<cluster_options> writer_arguments::options() const {
  cluster_options options;
  options.name = name;
  options.create = true;
  options.snapshot_every = snapshot_every;
  options.keep = keep.limits();
  if (options.keep.any() && options.snapshot_every == 0)
    return error{error_kind::usage,
                 "history can only be given up up to a snapshot: --keep-days and --keep-size "
                 "need --snapshot-every to be more than 0"};
  return options;
}

void add_writer_arguments(const subcommand& to, writer_arguments& arguments) {
  to.add_option("--cluster", arguments.name,
                "Name of the cluster: written down in a new journal, checked against an old one")
      .not_empty()
      .type_name("NAME");
  to.add_option("--snapshot-every", arguments.snapshot_every,
                "A snapshot after so many events, and once a day; 0: none")
      .type_name("N");
  add_keep_arguments(to, arguments.keep);
}

} // namespace tallyman::cli
