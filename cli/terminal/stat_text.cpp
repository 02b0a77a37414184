#include "cli/terminal/stat_text.hpp"

#include "cli/terminal/retention_text.hpp"
#include "cli/terminal/table.hpp"
#include "views/json_text.hpp"
#include "views/printable_text.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tallyman::cli {

namespace {

std::string snapshots_of(const journal::journal_stat& figures) {
  if (figures.snapshots.empty())
    return "none";
  std::string list;
  for (const auto sequence : figures.snapshots)
    list += (list.empty() ? "at sequence " : ", ") + std::to_string(sequence);
  return fmt::format("{} ({})", list, format_bytes(figures.snapshot_bytes));
}

std::string history_of(const journal::journal_stat& figures) {
  const auto& info = figures.info;
  if (info.last_sequence == 0)
    return "none yet";
  return fmt::format("every state from {} on: {} of it",
                     info.history_sequence == 0
                         ? "event 1 (" + format_time(figures.first_time_ms) + ")"
                         : fmt::format("event {} ({})", with_separators(info.history_sequence),
                                       format_time(figures.history_time_ms)),
                     format_duration(info.last_time_ms - figures.history_time_ms));
}

std::string would_go(const journal::journal_stat& figures) {
  const auto& plan = figures.would_go;
  std::string text = plan.empty() ? "nothing"
                                  : what_goes(plan) + "; the history would begin " +
                                        beginning_of_history(plan.history_sequence);
  if (!plan.obstacle.empty())
    text += "; the limits are not met: " + plan.obstacle;
  return text;
}

} // namespace

std::string text_of(const journal::journal_stat& figures, const journal::retention_limits& limits) {
  const auto& info = figures.info;
  std::string text;
  const auto line = [&text](std::string_view label, const std::string& value) {
    text += fmt::format("{:<12} {}\n", label, printable(value));
  };
  line("cluster", info.cluster);
  line("journal", fmt::format("{}, format version {}", info.id.text(), info.version));
  line("events", info.last_sequence == 0
                     ? "none"
                     : fmt::format("{} (sequences {} to {})", with_separators(figures.event_count),
                                   info.first_sequence, info.last_sequence));
  line("last written", info.last_time_ms == 0 ? "never" : format_time(info.last_time_ms));
  line("definitions", with_separators(figures.definition_count));
  line("batches", fmt::format("{} ({} with padding)", with_separators(figures.batch_count),
                              format_bytes(figures.batch_bytes)));
  line("records", fmt::format("{} ({:.1f} bytes for each event)", format_bytes(figures.record_bytes),
                              figures.bytes_per_event()));
  line("segments",
       fmt::format("{} ({}, zero-filled ahead)", figures.segment_count, format_bytes(figures.segment_bytes)));
  line("snapshots", snapshots_of(figures));
  line("history", history_of(figures));
  if (limits.any())
    line("would go", would_go(figures));
  line("writer", info.writer_alive ? "a process is writing to it now" : "none");
  return text;
}

std::string json_text_of(const journal::journal_stat& figures) {
  const auto& info = figures.info;
  const json all = {{"cluster", info.cluster},
                    {"journal_id", info.id.text()},
                    {"format_version", info.version},
                    {"first_sequence", info.first_sequence},
                    {"last_sequence", info.last_sequence},
                    {"last_written_at", json_time(info.last_time_ms)},
                    {"writer_alive", info.writer_alive},
                    {"events", figures.event_count},
                    {"definitions", figures.definition_count},
                    {"batches", figures.batch_count},
                    {"batch_bytes", figures.batch_bytes},
                    {"record_bytes", figures.record_bytes},
                    {"segments", figures.segment_count},
                    {"segment_bytes", figures.segment_bytes},
                    {"snapshots", figures.snapshots},
                    {"snapshot_bytes", figures.snapshot_bytes},
                    {"history_sequence", info.history_sequence},
                    {"history_from", json_time(figures.history_time_ms)},
                    {"would_go",
                     {{"segments", figures.would_go.segments.size()},
                      {"snapshots", figures.would_go.snapshots.size()},
                      {"bytes", figures.would_go.bytes()}}}};
  return json_lines(all);
}

} // namespace tallyman::cli
