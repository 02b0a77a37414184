#include "cli/commands/commands.hpp"
#include "cli/moment.hpp"
#include "cli/terminal/diff_table.hpp"

namespace tallyman::cli {

namespace {

struct diff_arguments {
  cluster_arguments cluster;
  std::string from;
  std::string to;
  std::string format = "table";
};

/// What ran at one end; the whole state is let go of before the other end is looked at.
result<owned_images> images_at(const past_journal& journal, const std::string& moment,
                               const diff_arguments& arguments, diff_view::end& end) {
  const auto point = journal.find(moment);
  if (!point)
    return point.failure();
  const auto loaded = journal.load(*point, {true, arguments.cluster.ignore_snapshots});
  if (!loaded)
    return loaded.failure();
  end = {loaded->view->state.sequence, loaded->view->state.time_ms};
  return owned_images_of(loaded->view->state);
}

result<exit_code> run(const diff_arguments& arguments, output& out) {
  const auto journal = past_journal::open(arguments.cluster);
  if (!journal)
    return journal.failure();
  diff_view shown;
  shown.cluster = (*journal)->cluster();
  const auto before = images_at(**journal, arguments.from, arguments, shown.from);
  if (!before)
    return before.failure();
  const auto after = images_at(**journal, arguments.to, arguments, shown.to);
  if (!after)
    return after.failure();
  shown.difference = difference_between(*before, *after);
  if (arguments.format == "json")
    write_diff_json(shown, out);
  else if (arguments.format == "csv")
    write_diff_csv(shown, out);
  else
    write_diff_table(shown, out);
  return exit_code::ok;
}

} // namespace

void add_diff(const subcommand& to) {
  auto arguments = std::make_shared<diff_arguments>();
  const auto self =
      to.add_subcommand("diff", "Show the images and owners gained and lost between two moments");
  add_data(self, arguments->cluster);
  add_ignore_snapshots(self, arguments->cluster);
  self.add_option(
          "-o,--output", arguments->format,
          "table for people; json: one document; csv: one record for each change of an image and owner")
      .one_of({"table", "json", "csv"})
      .type_name("FORMAT");
  self.add_option(
          "FROM", arguments->from,
          "A moment: after an event (672), at a time (2026-11-23T10:15:30Z), or that long ago (-2h30m; "
          "units w, d, h, m, s)")
      .type_name(moment_type_name)
      .required();
  self.add_option("TO", arguments->to, "Another one").type_name(moment_type_name).required();
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
