#include "tally/snapshot/digest.hpp"

#include "cli/commands/commands.hpp"
#include "cli/moment.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

namespace tallyman::cli {

namespace {

struct digest_arguments {
  cluster_arguments cluster;
  bool times = false;
  std::string at;
};

result<exit_code> run(const digest_arguments& arguments, output& out) {
  auto loaded = load_cluster_at(arguments.cluster, arguments.at, true);
  if (!loaded)
    return loaded.failure();
  const auto& view = *loaded->view;
  if (!view.quarantined.empty())
    return error{error_kind::damaged,
                 fmt::format("{} images could not be rebuilt, so there is no digest; `tallyman images` "
                             "shows which, as quarantined",
                             view.quarantined.size())};
  const auto scope = arguments.times ? digest_scope::everything : digest_scope::content;
  out.write(fmt::format("{}  sequence {}\n", digest(view.state, scope), view.state.sequence));
  return exit_code::ok;
}

} // namespace

void add_digest(const subcommand& to) {
  auto arguments = std::make_shared<digest_arguments>();
  const auto self =
      to.add_subcommand("digest", "Print a digest of the whole state, to compare two journals by");
  add_cluster_arguments(self, arguments->cluster);
  add_ignore_snapshots(self, arguments->cluster);
  add_at(self, arguments->at);
  self.add_flag("--times", arguments->times,
                "Cover the times too, which differ between two journals of one cluster");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
