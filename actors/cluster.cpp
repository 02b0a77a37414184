#include "actors/cluster.hpp"

#include "actors/inventory.hpp"
#include "actors/pod_router.hpp"
#include "actors/supervisor.hpp"
#include "messages/wire/record_type.hpp"
#include "replay/snapshots.hpp"

#include <caf/actor_cast.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace tallyman {

namespace {

std::int64_t wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// About what a batch takes in memory, and no less than it takes in the journal.
std::size_t bytes_of(const fact_batch& batch) {
  return 1 + batch.facts.size() * sizeof(fact) + batch.containers.size() * 2 * sizeof(container) +
         batch.texts.size();
}

/// What `settings_changed` says, but for what follows from the change.
struct journaled_settings {
  std::uint64_t scan_grace_ms = 0;
  tally_rules rules = tally_rules::first;
  std::string followed;

  friend bool operator==(const journaled_settings&, const journaled_settings&) = default;
};

/// The same kinds give the same text, in whatever order, and however often, they are named.
std::string followed_text(std::vector<std::string> kinds) {
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return fmt::format("{}", fmt::join(kinds, " "));
}

error stopped(const std::string& why) {
  return {error_kind::io, "the cluster's supervisor stopped: " + why +
                              "; start again, nothing that was acknowledged is lost"};
}

} // namespace

class cluster::running {
public:
  running(caf::actor_system& system, cluster_options options, const image_fault* faults)
      : system_(system), options_(std::move(options)), faults_(faults),
        gate_(std::make_shared<flow_gate>(options_.flow_bytes_max)) {
    if (!options_.now)
      options_.now = age_clock_ = wall_clock_ms;
  }

  ~running() { static_cast<void>(close()); }

  result<void> open(journal::storage& storage, const std::string& directory) {
    journal::log_options log_options;
    log_options.cluster = options_.name;
    log_options.create_if_missing = options_.create;
    log_options.read_only = options_.read_only;
    log_options.keep = options_.keep;
    log_options.content_version = records_version;
    log_options.now = age_clock_;
    auto log = journal::log::open(storage, directory, log_options);
    if (!log)
      return log.failure();
    log_ = std::move(*log);
    auto initial = initial_state();
    if (!initial)
      return initial.failure();
    settings_ = {initial->placed.images().grace_ms(), initial->rules(), initial->workloads.followed()};
    const auto from = initial->sequence + 1;
    strings_ = initial->strings;
    spawn_actors(std::move(*initial));
    if (auto replayed = replay(from); !replayed)
      return replayed;
    return options_.read_only ? result<void>{} : start_writing();
  }

  result<void> submit(observations seen, std::function<void()> on_applied) {
    const auto bytes = bytes_of(seen.batch);
    if (auto entered = gate_->acquire(bytes); !entered)
      return entered;
    caf::anon_send(supervisor_,
                   facts_seen{std::make_shared<observations>(std::move(seen)), bytes, std::move(on_applied)});
    return {};
  }

  result<cluster_view_ptr> view() {
    // A view is incomplete only if an image ended while the marker was on its way; the next one finds it
    // gone.
    for (int attempt = 0; attempt < 3; ++attempt) {
      auto answer = ask<view_answer>(inventory_, view_wanted{});
      if (!answer)
        return answer.failure();
      if (answer->view)
        return answer->view;
      if (auto failed = gate_->status(); !failed)
        return failed.failure();
    }
    return error{error_kind::io, "the state of the cluster could not be gathered; try again"};
  }

  result<intake_counts> counts() {
    auto answer = ask<counts_answer>(supervisor_, counts_wanted{});
    if (!answer)
      return answer.failure();
    return std::move(answer->counts);
  }

  result<void> snapshot() {
    auto now = view();
    if (!now)
      return now.failure();
    return write_snapshot(*log_, (*now)->state);
  }

  result<void> drain() { return gate_->wait_idle(); }

  result<void> close() {
    if (!log_)
      return {};
    auto drained = supervisor_ ? gate_->wait_idle() : result<void>{};
    stop_actors();
    auto closed = log_->close();
    log_.reset();
    return drained ? closed : drained;
  }

  string_table& strings() { return *strings_; }
  journal::log_info journal_info() const { return log_->info(); }

private:
  result<cluster_state> initial_state() {
    if (!options_.ignore_snapshots) {
      auto loaded = load_snapshot(*log_);
      if (!loaded)
        return loaded.failure();
      if (*loaded)
        return std::move(**loaded);
    }
    return empty_state(*log_);
  }

  void spawn_actors(cluster_state initial) {
    supervisor_options wanted;
    wanted.log = log_;
    wanted.gate = gate_;
    wanted.workers = workers_;
    wanted.strings = strings_;
    wanted.now = options_.now;
    wanted.snapshot_every = options_.read_only ? 0 : options_.snapshot_every;
    wanted.snapshot_every_ms = options_.snapshot_every_ms;
    auto incoming = std::move(initial.incoming);
    const auto sequence = initial.sequence;
    const auto time_ms = initial.time_ms;
    const auto defined = initial.defined_strings;
    const image_group_options groups{log_, workers_, strings_, faults_};
    router_ = system_.spawn<pod_router>(groups, system_.scheduler().num_workers(), std::move(initial));
    wanted.router = router_;
    supervisor_ =
        system_.spawn<supervisor>(std::move(wanted), std::move(incoming), sequence, time_ms, defined);
    inventory_ = system_.spawn<inventory>(strings_, supervisor_);
    supervisor_->attach_functor([gate = gate_, &system = system_](const caf::error& reason) {
      gate->fail(stopped(system.render(reason)));
    });
  }

  result<void> replay(std::uint64_t from) {
    auto cursor = log_->replay({from});
    if (!cursor)
      return cursor.failure();
    fact_reader reader{std::move(*cursor), *strings_};
    for (bool more = true; more;) {
      auto work = std::make_shared<submission>();
      auto read = read_batches(reader, *work);
      if (!read)
        return read.failure();
      more = *read;
      // Batches that hold nothing but definitions, which the reader has taken in.
      if (work->batch.facts.empty())
        continue;
      note_settings(work->batch);
      const auto bytes = bytes_of(work->batch);
      if (auto entered = gate_->acquire(bytes); !entered)
        return entered;
      work->on_applied = [gate = gate_, bytes] { gate->release(bytes); };
      caf::anon_send(supervisor_, facts_replayed{std::move(work)});
    }
    caf::anon_send(supervisor_, recovery_done{strings_->size()});
    return gate_->wait_idle();
  }

  /// Reads as many batches as are worth being applied together. Returns whether there may be more.
  static result<bool> read_batches(fact_reader& reader, submission& into) {
    constexpr std::size_t facts_wanted = 16'384;
    while (into.batch.facts.size() < facts_wanted) {
      const bool is_first = into.batch.facts.empty();
      auto first = reader.next(into.batch);
      if (!first)
        return first.failure();
      if (!*first)
        return false;
      if (is_first)
        into.first_sequence = **first;
    }
    return true;
  }

  void note_settings(const fact_batch& batch) {
    for (const auto& each : batch.facts)
      if (const auto* settings = std::get_if<settings_changed>(&each.body))
        settings_ = {settings->scan_grace_ms, std::max(settings->rules, settings_.rules),
                     std::string{batch.text(settings->followed)}};
  }

  result<void> start_writing() {
    const bool is_new = log_->info().last_sequence == 0;
    journal::log_callbacks callbacks;
    callbacks.on_durable = [to = router_](std::uint64_t sequence) {
      caf::anon_send(to, facts_durable{sequence});
    };
    callbacks.on_failure = [gate = gate_, to = supervisor_](const error& failure) {
      gate->fail(failure);
      caf::anon_send(to, journal_failed{failure.what});
    };
    if (auto started = log_->start(std::move(callbacks)); !started)
      return started;
    const journaled_settings wanted{options_.scan_grace_ms, tally_rules::second,
                                    options_.followed ? followed_text(*options_.followed)
                                                      : settings_.followed};
    if (!is_new && wanted == settings_)
      return {};
    observations settings;
    settings_changed change;
    change.scan_grace_ms = wanted.scan_grace_ms;
    change.rules = wanted.rules;
    change.list_anew = !is_new && (wanted.rules != settings_.rules || wanted.followed != settings_.followed);
    change.followed = settings.batch.add_text(wanted.followed);
    settings.batch.facts.push_back({0, change});
    return submit(std::move(settings), {});
  }

  template <class Answer, class Question>
  result<Answer> ask(const caf::actor& whom, Question question) {
    caf::scoped_actor self{system_};
    result<Answer> answer = error{error_kind::io, "no answer"};
    self->request(whom, caf::infinite, std::move(question))
        .receive([&](Answer& got) { answer = std::move(got); },
                 [&](const caf::error& reason) { answer = stopped(system_.render(reason)); });
    return answer;
  }

  void stop_actors() {
    if (!supervisor_)
      return;
    // Whoever is linked to the supervisor ends with it; the images end when nobody refers to them.
    caf::scoped_actor self{system_};
    for (const auto& actor : {inventory_, supervisor_}) {
      self->monitor(actor);
      self->send_exit(actor, caf::exit_reason::user_shutdown);
      self->receive([](const caf::down_msg&) {});
    }
    inventory_ = nullptr;
    supervisor_ = nullptr;
    router_ = nullptr;
    workers_->wait();
  }

  caf::actor_system& system_;
  cluster_options options_;
  const image_fault* faults_;
  fact_sequencer::clock age_clock_; ///< none if the time is given, as for a recording
  std::shared_ptr<flow_gate> gate_;
  std::shared_ptr<wait_group> workers_ = std::make_shared<wait_group>(); ///< see `supervisor_options`
  std::shared_ptr<journal::log> log_;
  std::shared_ptr<string_table> strings_;
  journaled_settings settings_; ///< as of the last fact that was recovered
  caf::actor supervisor_;
  caf::actor router_;
  caf::actor inventory_;
};

cluster::cluster(std::unique_ptr<running> inner) : inner_(std::move(inner)) {}
cluster::~cluster() = default;

result<std::unique_ptr<cluster>> cluster::open(caf::actor_system& system, journal::storage& storage,
                                               const std::string& directory, const cluster_options& options,
                                               const image_fault* faults) {
  auto inner = std::make_unique<running>(system, options, faults);
  if (auto opened = inner->open(storage, directory); !opened)
    return opened.failure();
  return std::unique_ptr<cluster>{new cluster{std::move(inner)}};
}

string_table& cluster::strings() noexcept {
  return inner_->strings();
}
result<void> cluster::submit(observations seen, std::function<void()> on_applied) {
  return inner_->submit(std::move(seen), std::move(on_applied));
}
result<void> cluster::drain() {
  return inner_->drain();
}
result<cluster_view_ptr> cluster::view() {
  return inner_->view();
}
result<intake_counts> cluster::counts() {
  return inner_->counts();
}
result<void> cluster::snapshot() {
  return inner_->snapshot();
}
journal::log_info cluster::journal_info() const {
  return inner_->journal_info();
}
result<void> cluster::close() {
  return inner_->close();
}

} // namespace tallyman
