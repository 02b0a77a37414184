#pragma once

#include "base/result.hpp"
#include "bench/environment.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tallyman::bench {

/// One figure of a line. The name ends with its unit: "events_per_s", "cpu_ns_per_event", "rss_mb".
struct figure {
  std::string name;
  double value = 0;
};

/// What was measured of one thing in one bench.
struct report_line {
  std::string bench;
  std::string what;
  environment where;
  std::vector<figure> figures;

  /// 0 if there is none of that name.
  double operator[](const std::string& name) const;
};

/// The lines of a run, as a table for people and as JSON for programs.
class report {
public:
  void add(report_line line) { lines_.push_back(std::move(line)); }
  const std::vector<report_line>& lines() const noexcept { return lines_; }

  /// One block for each run of lines with the same figures, columns aligned.
  std::string table() const;

  /// [{"bench": ..., "what": ..., "cores": ..., "file_system": ..., "sync_mode": ..., figures ...}, ...]
  nlohmann::ordered_json json() const;
  static std::vector<report_line> lines_of(const nlohmann::ordered_json& json);

private:
  std::vector<report_line> lines_;
};

/// Writes `json` to `path`, for people who diff it too: indented, with a newline at its end.
result<void> write_json(const std::string& path, const nlohmann::ordered_json& json);

} // namespace tallyman::bench
