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
};

void write_text(const std::vector<image_explanation>& all, std::int64_t now, output& out) {
  if (all.size() > 1)
    out.write(fmt::format("{} images match\n\n", all.size()));
  const char* separator = "";
  for (const auto& each : all) {
    out.write(separator + text_of(each, now));
    separator = "\n";
  }
}

result<exit_code> run(const explain_arguments& arguments, output& out) {
  auto loaded = load_cluster_at(arguments.cluster, arguments.at);
  if (!loaded)
    return loaded.failure();
  const auto now = loaded->now_ms;
  const auto all = explain(*loaded->view, arguments.image, now);
  if (all.empty()) {
    complain(fmt::format(
        "no image of cluster {} has '{}' in its name or image id, or as an owner; `tallyman images` "
        "lists all",
        loaded->name, arguments.image));
    return exit_code::not_found;
  }
  if (arguments.format == "json")
    out.write(json_text_of(all) + '\n');
  else
    write_text(all, now, out);
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
  self.add_option("IMAGE|OWNER", arguments->image,
                  "A name or an image id; if no image is called exactly that, all that have it in their name "
                  "or id. Or "
                  "an owner as KIND/NAMESPACE/NAME or KIND/NAME: all its images")
      .required();
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
