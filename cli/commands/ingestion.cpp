#include "cli/commands/ingestion.hpp"

#include "cli/commands/ingest_summary.hpp"
#include "cli/terminal/complain.hpp"

namespace tallyman::cli {

result<void> ingestion::run(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    if (stop_.received() != 0)
      break;
    auto input = input_file::open(path, options_.chunk_bytes, stop_);
    if (!input)
      return input.failure();
    if (auto done = read(*input); !done)
      return done;
  }
  progress_.clear();
  return {};
}

result<void> ingestion::read(input_file& input) {
  decoder_.next_stream();
  auto done = read_all(input);
  progress_.clear();
  return done;
}

result<void> ingestion::read_all(input_file& input) {
  for (;;) {
    const auto chunk = input.read();
    if (!chunk)
      return chunk.failure();
    if (chunk->empty())
      break;
    if (auto delivered = deliver(input, decoder_.feed(*chunk)); !delivered)
      return delivered;
    if (progress_.due())
      progress_.show(input.name(), counters().bytes, objects_read(counters()));
  }
  // A signal cuts the input anywhere: that its last value is not complete is no fault of the input.
  return stop_.received() != 0 ? result<void>{} : deliver(input, decoder_.finish());
}

result<void> ingestion::deliver(const input_file& input, const result<void>& decoded) {
  for (const auto& warning : decoder_.take_warnings()) {
    progress_.clear();
    complain(input.name() + ": " + warning);
  }
  auto seen = decoder_.take();
  if (!seen.batch.facts.empty() || !seen.lists.empty())
    if (auto taken = cluster_.submit(std::move(seen)); !taken)
      return taken;
  if (!decoded)
    return error{decoded.failure().kind, input.name() + ": " + decoded.failure().what};
  return {};
}

} // namespace tallyman::cli
