#include "cli/commands/commands.hpp"
#include "cli/keep_arguments.hpp"
#include "cli/terminal/stat_text.hpp"
#include "journal/disk_storage.hpp"

namespace tallyman::cli {

namespace {

struct stat_arguments {
  std::string directory;
  std::string format = "text";
  keep_arguments keep;
};

result<exit_code> run(const stat_arguments& arguments, output& out) {
  journal::disk_storage disk;
  const auto figures = journal::stat(disk, arguments.directory, arguments.keep.limits());
  if (!figures)
    return figures.failure();
  out.write(arguments.format == "json" ? json_text_of(*figures) + '\n'
                                       : text_of(*figures, arguments.keep.limits()));
  return exit_code::ok;
}

} // namespace

void add_journal_stat(const subcommand& to) {
  auto arguments = std::make_shared<stat_arguments>();
  const auto self = to.add_subcommand("stat", "Print figures about a journal, from its batch headers alone");
  self.add_option("DIR", arguments->directory, "The directory of the journal").required();
  self.add_option("-o,--output", arguments->format, "text for people, or json")
      .one_of({"text", "json"})
      .type_name("FORMAT");
  add_keep_arguments(self, arguments->keep);
  self.footer("With --keep-days or --keep-size it says what would go by them; nothing is changed.");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
