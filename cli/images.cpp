#include "cli/commands.hpp"
#include "cli/inventory_text.hpp"
#include "cli/moment.hpp"
#include "cli/session.hpp"

#include <algorithm>

namespace tallyman::cli {

namespace {

struct images_arguments {
  cluster_arguments cluster;
  inventory_filter filter;
  std::string format = "table";
  std::string at;
  bool gone = false;
};

result<exit_code> run(const images_arguments& arguments, output& out) {
  const auto& filter = arguments.filter;
  if (!filter.owner.empty() && std::count(filter.owner.begin(), filter.owner.end(), '/') < 2)
    return error{error_kind::usage, "--owner wants KIND/NAMESPACE/NAME, such as Deployment/shop/catalog"};
  auto loaded = load_cluster_at(arguments.cluster, arguments.at);
  if (!loaded)
    return loaded.failure();
  const auto now = loaded->now_ms;
  auto inventory = make_inventory(*loaded->view, loaded->name, now,
                                  arguments.gone ? idle_images::included : idle_images::left_out);
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
  self.add_option("--owner", arguments->filter.owner,
                  "Only images of this owner, shown with all their owners")
      .type_name("KIND/NAMESPACE/NAME");
  self.add_option("--namespace", arguments->filter.name_space,
                  "Only images with an owner in this namespace, shown with all their owners")
      .type_name("NAMESPACE");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
