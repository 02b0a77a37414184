#pragma once

#include "base/result.hpp"
#include "cli/command_line.hpp"
#include "cli/session.hpp"
#include "journal/log.hpp"
#include "replay/snapshots.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tallyman::cli {

/// A moment as the command line has it: 672 (after that event), 2026-11-23T10:15:30Z, or -2h (before now).
struct moment {
  enum class kind : std::uint8_t { sequence, time };

  kind given = kind::sequence;
  std::uint64_t sequence = 0;
  std::int64_t time_ms = 0; ///< Unix milliseconds
};

inline constexpr const char* moment_type_name = "TIME|SEQUENCE";

/// A journal that is open for reading.
class past_journal {
public:
  static result<std::unique_ptr<past_journal>> open(const cluster_arguments& arguments);

  const journal::log& log() const noexcept { return *log_; }
  std::string cluster() const { return log_->info().cluster; }
  std::uint64_t last_sequence() const { return log_->info().last_sequence; }
  /// The first event whose effects can be told.
  std::uint64_t first_event() const;

  /// The last event at or before the moment that `text` means. Fails with `usage` if the journal does not
  /// reach back that far, or if the moment is yet to come.
  struct point {
    std::uint64_t sequence = 0;
    std::int64_t time_ms = 0; ///< the moment; 0 if `text` is a sequence: it is then the time of that event
  };
  result<point> find(const std::string& text) const;

  /// The cluster as it was at that point.
  result<loaded_cluster> load(const point& at, const state_options& options) const;

private:
  past_journal() = default;
  error too_early(const std::string& text) const;

  journal::disk_storage disk_; ///< first: the log uses it
  std::unique_ptr<journal::log> log_;
};

/// Adds --at.
void add_at(const subcommand& to, std::string& at);

/// The cluster at the moment `at`; now, if that is empty.
result<loaded_cluster> load_cluster_at(const cluster_arguments& arguments, const std::string& at,
                                       bool with_intake = false);

} // namespace tallyman::cli
