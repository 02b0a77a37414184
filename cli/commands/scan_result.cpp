#include "cli/commands/commands.hpp"
#include "cli/session.hpp"
#include "cli/terminal/complain.hpp"
#include "tally/schedule/back_off.hpp"
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

/// What the tally holds of the identity that was scanned.
struct identity {
  struct image {
    image_index index;
    /// Kept here: the result may be the last that the tally hears of an image that nothing runs.
    std::string name;
  };
  string_id image_id{}; ///< of one of its names, as is
  string_id architecture{};
  scan_identity key;
  std::vector<image> names;
  std::uint32_t failures = 0; ///< the most of any name
};

// The ids are looked up rather than interned, so that a refused identity leaves nothing in the journal.
std::optional<identity> find_identity(const cluster_view& view, const scan_result_arguments& wanted) {
  const auto& state = view.state;
  const auto& directory = state.placed.images();
  std::optional<identity> found;
  for (image_index index = 0; index < directory.size() && !found; ++index) {
    const auto& key = directory[index].key;
    if (directory[index].live && state.strings->text(key.image_id) == wanted.image_id &&
        state.strings->text(key.architecture) == wanted.architecture)
      found = identity{key.image_id, key.architecture, directory.identity_of(key), {}, 0};
  }
  if (!found)
    return found;
  for (const auto index : directory.names_of(found->key)) {
    found->names.push_back({index, std::string{state.strings->text(directory[index].key.name)}});
    found->failures = std::max(found->failures, state.images[index].scan().failures);
  }
  return found;
}

observations finished(const identity& scanned, const scan_result_arguments& arguments) {
  observations seen;
  scan_finished scan;
  scan.image_id = scanned.image_id;
  scan.architecture = scanned.architecture;
  scan.outcome = arguments.outcome();
  if (scan.outcome != scan_outcome::succeeded) {
    const auto text = printable(cut(arguments.error, error_bytes_max));
    scan.error = seen.batch.add_text(cut(text, error_bytes_max));
    scan.wait_ms = static_cast<std::uint64_t>(back_off_wait(back_off_policy{}, scanned.failures).count());
  }
  seen.batch.facts.push_back({0, scan});
  return seen;
}

void tell(const cluster_view& view, const identity& scanned, output& out) {
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
  const auto scanned = find_identity(**before, arguments);
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
