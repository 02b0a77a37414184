#include "cli/commands/commands.hpp"
#include "journal/disk_storage.hpp"
#include "journal/log.hpp"
#include "replay/deep_verify.hpp"
#include "replay/fact_journal.hpp"
#include "views/fact_json.hpp"

#include <limits>

namespace tallyman::cli {

namespace {

struct dump_arguments {
  std::string directory;
  std::uint64_t from = 1;
  std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
};

result<exit_code> dump(const journal::log& log, const dump_arguments& arguments, output& out) {
  // From the beginning of the history on, whatever is asked for: strings are defined once, before their first
  // use, and those of the time before stand in the snapshot with which it begins.
  const auto state = first_state(log);
  if (!state)
    return state.failure();
  auto& strings = *state->strings;
  auto cursor = log.replay({state->sequence + 1});
  if (!cursor)
    return cursor.failure();
  fact_reader reader{std::move(*cursor), strings};
  for (fact_batch batch; !out.closed(); batch.clear()) {
    const auto first = reader.next(batch, arguments.to);
    if (!first)
      return first.failure();
    if (!*first)
      break;
    for (std::size_t i = 0; i < batch.facts.size(); ++i)
      if (const auto sequence = **first + i; sequence >= arguments.from)
        out.write(json_line_of(sequence, batch.facts[i], batch, strings) + '\n');
  }
  return exit_code::ok;
}

result<exit_code> run(const dump_arguments& arguments, output& out) {
  journal::disk_storage disk;
  journal::log_options options;
  options.read_only = true;
  auto log = journal::log::open(disk, arguments.directory, options);
  if (!log)
    return log.failure();
  return dump(**log, arguments, out);
}

} // namespace

void add_journal_dump(const subcommand& to) {
  auto arguments = std::make_shared<dump_arguments>();
  const auto self = to.add_subcommand("dump", "Print every event of a journal as one line of JSON");
  self.add_option("DIR", arguments->directory, "The directory of the journal").required();
  self.add_option("--from", arguments->from, "First sequence to print").type_name("N");
  self.add_option("--to", arguments->to, "Last sequence to print").type_name("N");
  self.run([arguments](output& out) { return run(*arguments, out); });
}

} // namespace tallyman::cli
