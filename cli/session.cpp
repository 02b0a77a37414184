#include "cli/session.hpp"

#include "cli/terminal/complain.hpp"
#include "views/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace tallyman::cli {

namespace {

constexpr std::size_t threads_max = 256;

std::string why_no_directory(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_directory(path, ignored))
    return path + " is not a directory";
  return {};
}

void tell_recovery(const journal::recovery_report& recovery) {
  if (!recovery.snapshot_note.empty())
    complain("a snapshot was passed over, the journal's events stand in for it: " + recovery.snapshot_note);
  if (recovery.what == journal::recovery_report::outcome::dropped && !recovery.quarantine.empty())
    complain(fmt::format(
        "{}: an unfinished batch of {} bytes at offset {}, which nobody was promised, was moved to {}: {}",
        recovery.file, recovery.dropped_bytes, recovery.offset, recovery.quarantine, recovery.reason));
}

/// The time of events never falls, so one that is ahead is that of all events until the clock gets there.
void tell_clock(std::int64_t last_time_ms) {
  constexpr std::int64_t told_from_ms = 60'000;
  const auto ahead_ms = last_time_ms - now_ms();
  if (ahead_ms >= told_from_ms)
    complain(fmt::format(
        "the last event is of {}, which is {} ahead of this machine's clock: one of them is or was wrong; "
        "new events get that time until the clock is there, and the age of history is counted from the clock",
        format_time(last_time_ms), format_duration(ahead_ms)));
}

} // namespace

void add_data(const subcommand& to, cluster_arguments& arguments) {
  to.add_option("--data", arguments.data, "The directory of the cluster's journal")
      .required()
      .check(why_no_directory)
      .type_name("DIR");
}

void add_cluster_arguments(const subcommand& to, cluster_arguments& arguments) {
  arguments.threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, threads_max);
  add_data(to, arguments);
  to.add_option("--threads", arguments.threads,
                "Threads that apply events; as many as there are cores unless given")
      .range(std::size_t{1}, threads_max)
      .type_name("N");
}

void add_ignore_snapshots(const subcommand& to, cluster_arguments& arguments) {
  to.add_flag("--ignore-snapshots", arguments.ignore_snapshots,
              "Rebuild the state from the journal's first event, whatever snapshots there are");
}

result<std::unique_ptr<session>> session::open(const cluster_arguments& arguments, cluster_options options) {
  std::unique_ptr<session> opened{new session{arguments.threads}};
  options.ignore_snapshots = arguments.ignore_snapshots;
  const bool stamps_by_clock = !options.read_only && !options.now;
  auto cluster = cluster::open(opened->system_, opened->disk_, arguments.data, options);
  if (!cluster)
    return cluster.failure();
  opened->cluster_ = std::move(*cluster);
  const auto info = opened->cluster_->journal_info();
  tell_recovery(info.recovery);
  if (stamps_by_clock)
    tell_clock(info.last_time_ms);
  return opened;
}

result<loaded_cluster> load_cluster(const cluster_arguments& arguments) {
  cluster_options options;
  options.read_only = true;
  auto opened = session::open(arguments, std::move(options));
  if (!opened)
    return opened.failure();
  auto& cluster = (*opened)->cluster();
  auto view = cluster.view();
  if (!view)
    return view.failure();
  return loaded_cluster{cluster.journal_info().cluster, std::move(*view), now_ms()};
}

} // namespace tallyman::cli
