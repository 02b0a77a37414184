#include "bench/stores/append_bench.hpp"

#include "bench/stores/append_store.hpp"
#include "bench/stores/event_source.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace tallyman::bench {

namespace {

/// A round of one contestant: long enough to be measured, short enough that a drift of the disk hits all.
constexpr std::size_t round_events = 100'000;
constexpr std::size_t batches_min = 6;
constexpr std::size_t batches_max = 150;

struct measured {
  double events_per_s = 0;
  double cpu_ns_per_event = 0;
};

struct entry {
  contestant who;
  std::unique_ptr<append_store> store;
  std::uint64_t batches_done = 0;
  append_figures figures;
};

double process_cpu_ns() {
  rusage used;
  ::getrusage(RUSAGE_SELF, &used);
  const auto ns = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_usec) * 1e3;
  };
  return ns(used.ru_utime) + ns(used.ru_stime);
}

class bench_of_one_size {
public:
  bench_of_one_size(const append_options& options, std::string directory, std::uint32_t batch_events)
      : options_(options), directory_(std::move(directory)), batch_events_(batch_events),
        source_(options.shape, batch_events),
        batches_(std::clamp(round_events / batch_events, batches_min, batches_max)) {}

  result<std::vector<append_figures>> run() {
    if (auto opened = open(); !opened)
      return opened.failure();
    // Round 0 warms up: caches, logs that grow to the size in which they are reused.
    for (std::size_t round = 0; round <= options_.rounds; ++round)
      if (auto ran = run_round(round != 0); !ran)
        return ran.failure();
    std::vector<append_figures> all;
    for (entry& one : entries_) {
      if (auto right = check_count(one); !right)
        return right.failure();
      all.push_back(std::move(one.figures));
    }
    return all;
  }

private:
  result<void> open() {
    for (const contestant& who : contestants()) {
      const auto& only = options_.only;
      if (!only.empty() && std::find(only.begin(), only.end(), who.name) == only.end())
        continue;
      const std::string place = directory_ + "/" + std::string(who.name);
      std::filesystem::create_directories(place);
      auto made = who.make(place, plan_for(who));
      if (!made)
        return made.failure();
      append_figures figures;
      figures.store = who.name;
      figures.configuration = who.configuration;
      figures.batch_events = batch_events_;
      figures.event_bytes = source_.mean_event_bytes();
      entries_.push_back({who, std::move(*made), 0, std::move(figures)});
    }
    return {};
  }

  append_plan plan_for(const contestant& who) const {
    return {batch_events_, source_.batch_bytes_max(), batches_ * who.round_factor, options_.rounds + 1};
  }

  result<void> run_round(bool counts) {
    double raw = 0;
    for (entry& one : entries_) {
      auto took = run_turn(one);
      if (!took)
        return took.failure();
      if (one.who.name == raw_name)
        raw = took->events_per_s;
      if (!counts)
        continue;
      one.figures.events_per_s.push_back(took->events_per_s);
      one.figures.cpu_ns_per_event.push_back(took->cpu_ns_per_event);
      if (raw > 0)
        one.figures.share_of_raw.push_back(took->events_per_s / raw);
    }
    return {};
  }

  result<measured> run_turn(entry& one) {
    const std::size_t batches = batches_ * one.who.round_factor;
    if (auto ready = one.store->before_round(); !ready)
      return ready.failure();
    const double cpu_before = process_cpu_ns();
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < batches; ++i)
      if (auto appended = one.store->append(source_.batch(one.batches_done++)); !appended)
        return appended.failure();
    if (auto finished = one.store->finish_round(); !finished)
      return finished.failure();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const auto events = static_cast<double>(batches * batch_events_);
    return measured{events / seconds.count(), (process_cpu_ns() - cpu_before) / events};
  }

  result<void> check_count(entry& one) {
    auto count = one.store->count();
    if (!count)
      return count.failure();
    const std::uint64_t expected = one.batches_done * batch_events_;
    if (*count != expected)
      return error{error_kind::damaged, std::string(one.who.name) + " holds " + std::to_string(*count) +
                                            " events, was given " + std::to_string(expected)};
    return {};
  }

  const append_options& options_;
  std::string directory_;
  std::uint32_t batch_events_;
  event_source source_;
  std::size_t batches_;
  std::vector<entry> entries_;
};

} // namespace

result<std::vector<append_figures>> run_append_bench(const append_options& options) {
  std::string place = options.directory + "/tallyman-append-XXXXXX";
  if (::mkdtemp(place.data()) == nullptr)
    return error{error_kind::usage, "cannot make a folder in " + options.directory};
  std::vector<append_figures> all;
  result<void> outcome;
  for (const std::uint32_t batch_events : options.batch_events) {
    const std::string directory = place + "/" + std::to_string(batch_events);
    auto figures = bench_of_one_size(options, directory, batch_events).run();
    std::filesystem::remove_all(directory);
    if (!figures) {
      outcome = figures.failure();
      break;
    }
    all.insert(all.end(), figures->begin(), figures->end());
  }
  std::filesystem::remove_all(place);
  if (!outcome)
    return outcome.failure();
  return all;
}

} // namespace tallyman::bench
