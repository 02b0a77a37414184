#pragma once

#include "actors/cluster.hpp"
#include "cli/commands/input_file.hpp"
#include "cli/terminal/progress.hpp"
#include "kube/json/json_decoder.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tallyman::cli {

/// How input is read.
struct ingestion_options {
  kube::json_decoder_options decoder;
  std::size_t chunk_bytes = std::size_t{256} << 10;
};

/// Reads inputs into a cluster, one after the other, a piece at a time: memory does not grow with them.
/// `cluster` and `stop` must outlive it.
class ingestion {
public:
  ingestion(tallyman::cluster& cluster, ingestion_options options, const stop_signal& stop)
      : cluster_(cluster), options_(options), stop_(stop), strings_(cluster.strings()),
        decoder_(strings_, options.decoder) {}

  /// Reads until the end, a signal, or the first failure, which names the input. Everything in front of the
  /// failure has been submitted, but may not be durable yet.
  result<void> run(const std::vector<std::string>& paths);

  const kube::counters& counters() const noexcept { return decoder_.counters(); }

private:
  result<void> read(input_file& input);
  result<void> read_all(input_file& input);
  result<void> deliver(const input_file& input, const result<void>& decoded);

  tallyman::cluster& cluster_;
  ingestion_options options_;
  const stop_signal& stop_;
  interner strings_;
  progress progress_;
  kube::json_decoder decoder_; ///< one for all inputs: the pages of a list may be in several
};

} // namespace tallyman::cli
