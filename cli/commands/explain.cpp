#include "cli/commands/commands.hpp"
#include "cli/moment.hpp"
#include "cli/session.hpp"
#include "cli/terminal/complain.hpp"
#include "cli/terminal/explain_text.hpp"

#include <fmt/format.h>

namespace tallyman::cli {

namespace {

struct explain_arguments {
  cluster_arguments cluster;
  std::string image;
  std::string format = "text";
  std::string at;
  bool all = false;
};

result<exit_code> run(const explain_arguments& arguments, output& out) {
  auto loaded = load_cluster_at(arguments.cluster, arguments.at);
  if (!loaded)
    return loaded.failure();
  const auto now = loaded->now_ms;
  const bool is_json = arguments.format == "json"; // for programs, which want all of it
  const auto all = explain(*loaded->view, arguments.image, now,
                           is_json || arguments.all ? explain_bounds{} : shown_to_people);
  if (all.images.empty()) {
    complain(fmt::format(
        "no image of cluster {} has '{}' in its name or image id, or as an owner; `tallyman images` "
        "lists all",
        loaded->name, arguments.image));
    return exit_code::not_found;
  }
  out.write(is_json ? json_text_of(all) + '\n' : text_of(all, now));
  return exit_code::ok;
}

} // namespace

void add_explain(const subcommand& to) {
  auto arguments = std::make_shared<explain_arguments>();
  const auto self =
      to.add_subcommand("explain", "Say why an image is here, and what happens to it next and when");
  add_cluster_arguments(self, arguments->cluster);
  add_ignore_snapshots(self, arguments->cluster);
  add_at(self, arguments->at);
  self.add_option("-o,--output", arguments->format,
                  "text for people, or json: an array with one object for each image")
      .one_of({"text", "json"})
      .type_name("FORMAT");
  self.add_flag(
      "--all", arguments->all,
      "Show all images, owners and pods as text, too; else the first 10 images, 10 owners of each and "
      "10 pods of each owner. JSON has all");
  self.add_option("IMAGE|OWNER", arguments->image,
                  "A name or an image id; if no image is called exactly that, all that have it in their name "
                  "or id. Or "
                  "an owner as KIND/NAMESPACE/NAME or KIND/NAME: all its images")
      .required();
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
