#include "cli/commands/commands.hpp"
#include "cli/moment.hpp"
#include "cli/session.hpp"
#include "cli/terminal/complain.hpp"
#include "cli/terminal/inventory_table.hpp"
#include "views/inventory_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman::cli {

namespace {

struct images_arguments {
  cluster_arguments cluster;
  inventory_filter filter;
  std::string owner;
  std::string format = "table";
  std::string at;
  bool gone = false;
};

/// What there is nothing of, if no image has an owner that is asked for.
std::string missing(const inventory_view& inventory, const inventory_filter& filter,
                    const images_arguments& arguments) {
  const auto any = [&](const inventory_filter& wanted) {
    const auto has_one = [&](const std::vector<image_row>& images) {
      return std::any_of(images.begin(), images.end(),
                         [&](const image_row& image) { return wanted.matches_owner(image); });
    };
    return has_one(inventory.images) || has_one(inventory.without_digest);
  };
  if ((!filter.owner && filter.name_space.empty()) || any(filter))
    return {};
  if (filter.owner && !any({false, filter.owner, {}}))
    return fmt::format("no owner '{}'; `tallyman images` lists all images with their owners",
                       arguments.owner);
  if (!any({false, {}, filter.name_space}))
    return fmt::format("no owner in namespace '{}'", filter.name_space);
  return fmt::format("no owner '{}' in namespace '{}'", arguments.owner, filter.name_space);
}

result<exit_code> run(const images_arguments& arguments, output& out) {
  auto filter = arguments.filter;
  if (!arguments.owner.empty()) {
    filter.owner = owner_pattern::parse(arguments.owner);
    if (!filter.owner)
      return error{error_kind::usage, "--owner wants KIND/NAMESPACE/NAME or KIND/NAME, such as "
                                      "Deployment/shop/catalog or deploy/catalog"};
  }
  auto loaded = load_cluster_at(arguments.cluster, arguments.at);
  if (!loaded)
    return loaded.failure();
  const auto now = loaded->now_ms;
  auto inventory = make_inventory(*loaded->view, loaded->name, now,
                                  arguments.gone ? idle_images::included : idle_images::left_out);
  if (const auto nothing = missing(inventory, filter, arguments); !nothing.empty()) {
    complain(fmt::format("cluster {} has {}", loaded->name, nothing));
    return exit_code::not_found;
  }
  keep_matching(inventory, filter);
  if (arguments.format == "json") {
    write_inventory_json(inventory, out);
    return exit_code::ok;
  }
  if (filter.pending)
    order_by_urgency(inventory);
  if (arguments.format == "csv")
    write_inventory_csv(inventory, out);
  else
    write_inventory_table(inventory, now, out);
  return exit_code::ok;
}

} // namespace

void add_images(const subcommand& to) {
  auto arguments = std::make_shared<images_arguments>();
  const auto self =
      to.add_subcommand("images", "Show which images run, on which platform, and who owns them");
  add_cluster_arguments(self, arguments->cluster);
  add_ignore_snapshots(self, arguments->cluster);
  add_at(self, arguments->at);
  self.add_option("-o,--output", arguments->format,
                  "table for people; json: one document, sorted; csv: one record for each image and owner")
      .one_of({"table", "json", "csv"})
      .type_name("FORMAT");
  self.add_flag("--pending", arguments->filter.pending,
                "Only images that are due for a scan now, by this machine's clock; in table and csv the most "
                "urgent first: fewest failures, then longest waiting");
  self.add_flag("--gone", arguments->gone,
                "Also images that nothing runs any more, for as long as their scan state is kept");
  self.add_option("--owner", arguments->owner,
                  "Only images of this owner, shown with all their owners; the kind as kubectl takes it, and "
                  "without NAMESPACE/ of any namespace")
      .type_name("KIND/[NAMESPACE/]NAME");
  self.add_option("--namespace", arguments->filter.name_space,
                  "Only images with an owner in this namespace, shown with all their owners")
      .type_name("NAMESPACE");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
