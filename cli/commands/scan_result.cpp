#include "tally/scan_result.hpp"

#include "cli/commands/commands.hpp"
#include "cli/session.hpp"
#include "cli/terminal/complain.hpp"
#include "views/inventory_view.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tallyman::cli {

namespace {

constexpr std::size_t error_bytes_max = 4096;

struct scan_result_arguments {
  cluster_arguments cluster;
  std::string image_id;
  std::string architecture;
  std::string error;
  bool succeeded = false;
  bool image_private = false;

  scan_outcome outcome() const noexcept {
    if (succeeded)
      return scan_outcome::succeeded;
    return image_private ? scan_outcome::image_private : scan_outcome::failed;
  }
};

observations finished(const scanned_identity& scanned, const scan_result_arguments& arguments) {
  observations seen;
  const auto why = printable(cut(arguments.error, error_bytes_max));
  seen.batch.facts.push_back(
      {0, scan_result_of(scanned, arguments.outcome(), cut(why, error_bytes_max), seen.batch)});
  return seen;
}

void tell(const cluster_view& view, const scanned_identity& scanned, output& out) {
  const auto now = now_ms();
  const auto architecture = view.state.strings->text(scanned.architecture);
  for (const auto& [index, name] : scanned.names) {
    const auto& entry = view.state.placed.images()[index];
    auto line = fmt::format("sequence {}: {} on {} is ", view.state.sequence, name, architecture);
    if (!entry.live || view.state.placed.images().identity_of(entry.key) != scanned.key) {
      out.write(printable(line + "forgotten: nothing has run it for longer than its scan state is kept") +
                '\n');
      continue;
    }
    const auto& image = view.state.images[index];
    const auto& scan = image.scan();
    const auto stage = image.stage(now);
    line += to_string(stage);
    if (scan.failures > 0)
      line += fmt::format(", {} failed", scan.failures);
    if (stage == scan_stage::backing_off)
      line += ", next try at " + format_time(scan.next_scan_at_ms);
    if (stage == scan_stage::image_private)
      line += ", not retried with the others";
    out.write(printable(line) + '\n');
  }
}

result<exit_code> record(tallyman::cluster& cluster, const scan_result_arguments& arguments, output& out) {
  auto before = cluster.view();
  if (!before)
    return before.failure();
  const auto scanned = find_scanned((*before)->state, arguments.image_id, arguments.architecture);
  if (!scanned) {
    complain(fmt::format("the tally holds no image with id {} on {}; `tallyman images -o json` lists the ids",
                         arguments.image_id, arguments.architecture));
    return exit_code::not_found;
  }
  if (auto given = cluster.submit(finished(*scanned, arguments)); !given)
    return given.failure();
  if (auto drained = cluster.drain(); !drained)
    return drained.failure();
  auto after = cluster.view();
  if (!after)
    return after.failure();
  tell(**after, *scanned, out);
  return exit_code::ok;
}

result<exit_code> run(const scan_result_arguments& arguments, output& out) {
  if (arguments.succeeded == !arguments.error.empty())
    return error{error_kind::usage, "say how the scan ended: either --ok or --error TEXT"};
  if (arguments.image_private && arguments.succeeded)
    return error{error_kind::usage, "--private says why a scan failed: give it with --error, not with --ok"};
  auto opened = session::open(arguments.cluster, {});
  if (!opened)
    return opened.failure();
  auto& cluster = (*opened)->cluster();
  auto recorded = record(cluster, arguments, out);
  auto closed = cluster.close();
  return recorded && !closed ? result<exit_code>{closed.failure()} : recorded;
}

} // namespace

void add_scan_result(const subcommand& to) {
  auto arguments = std::make_shared<scan_result_arguments>();
  const auto self = to.add_subcommand("scan-result", "Journal how the scan of an image ended");
  add_cluster_arguments(self, arguments->cluster);
  self.add_option("--image-id", arguments->image_id, "The image id, as `tallyman images -o json` shows it")
      .required()
      .type_name("ID");
  self.add_option("--arch", arguments->architecture, "The architecture that was scanned")
      .required()
      .type_name("ARCH");
  self.add_flag("--ok", arguments->succeeded, "The scan succeeded");
  self.add_option("--error", arguments->error, "The scan failed; why (4 KiB are kept)").type_name("TEXT");
  self.add_flag("--private", arguments->image_private,
                "With --error: the registry wants credentials; the image is not retried with the others");
  self.footer(
      "The result counts for every name of the image, and survives as every event does: it is journaled\n"
      "before the command ends. A failed scan is due again after 60 s, then three times as long each "
      "time.");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
