#pragma once

#include <caf/event_based_actor.hpp>
#include <caf/logger.hpp>
#include <caf/policy/unprofiled.hpp>
#include <caf/resumable.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace tallyman {

/// While one exists, jobs that the actor that runs now makes ready (by sending to idle actors, say) are run
/// by this very worker, next, and no other one hears of them. For an actor that hands small messages to many
/// others of its own. Not to be nested; must end within the message handler that made it.
class run_here {
public:
  run_here() noexcept { active_ = true; }
  ~run_here() { active_ = false; }
  run_here(const run_here&) = delete;
  run_here& operator=(const run_here&) = delete;

  static bool active() noexcept { return active_; }

private:
  static inline thread_local bool active_ = false;
};

/// How the scheduler's workers share jobs: one queue for all, and for each worker a list of its own for the
/// jobs of a `run_here`, which no lock guards and no thief looks at.
///
/// CAF's default, stealing, walks a victim's whole queue under two spinlocks for each stolen job, which with
/// thousands of ready images costs more than the jobs; its sharing policy takes a lock, a list node and often
/// a system call for each job. The figures are in docs/performance.md.
class worker_policy : public caf::policy::unprofiled {
public:
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}

    std::mutex mutex;
    std::condition_variable ready;
    std::deque<caf::resumable*> jobs;
    std::size_t sleeping = 0;
  };

  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {}

    std::vector<caf::resumable*> own;
    std::size_t next = 0; ///< of `own`; those before it have been run
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    auto& shared = d(self);
    bool wake;
    {
      const std::lock_guard guard{shared.mutex};
      shared.jobs.push_back(job);
      wake = shared.sleeping > 0;
    }
    if (wake)
      shared.ready.notify_one();
  }

  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    if (run_here::active())
      d(self).own.push_back(job);
    else
      central_enqueue(self->parent(), job);
  }

  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  /// The next job for CAF's own loop. What a `run_here` left is run before, in here: that loop looks up each
  /// job's actor id by way of a dynamic cast, for log lines that nobody writes.
  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    caf::logger::set_current_actor_system(nullptr); // or each job takes the logger's lock twice
    run_own_jobs(self);
    auto& shared = d(self->parent());
    std::unique_lock guard{shared.mutex};
    while (shared.jobs.empty()) {
      ++shared.sleeping;
      shared.ready.wait(guard);
      --shared.sleeping;
    }
    auto* const job = shared.jobs.front();
    shared.jobs.pop_front();
    return job;
  }

  template <class Worker, class UnaryFunction>
  void foreach_resumable(Worker* self, UnaryFunction each) {
    auto& mine = d(self);
    for (; mine.next < mine.own.size(); ++mine.next)
      each(mine.own[mine.next]);
  }

  template <class Coordinator, class UnaryFunction>
  void foreach_central_resumable(Coordinator* self, UnaryFunction each) {
    auto& shared = d(self);
    std::deque<caf::resumable*> left;
    {
      const std::lock_guard guard{shared.mutex};
      left = std::exchange(shared.jobs, {});
    }
    for (auto* job : left)
      each(job);
  }

private:
  template <class Worker>
  void run_own_jobs(Worker* self) {
    auto& mine = d(self);
    while (mine.next < mine.own.size()) {
      prefetch(mine);
      auto* const job = mine.own[mine.next++];
      // None of them is the job that ends the worker: that one comes from outside.
      if (job->resume(self, self->max_throughput()) == caf::resumable::resume_later)
        central_enqueue(self->parent(), job);
      else
        caf::intrusive_ptr_release(job);
    }
    mine.own.clear();
    mine.next = 0;
  }

  /// An actor that is about to run was last touched a delivery ago: asks for its mailbox and behaviour, which
  /// lie in front, and for the first of its own state, which lies behind CAF's part.
  static void prefetch(const worker_data& mine) noexcept {
    constexpr std::size_t jobs_ahead = 3, front_bytes = 512, state_bytes = 320;
    constexpr std::size_t state_offset = sizeof(caf::event_based_actor) - 192;
    if (mine.next + jobs_ahead >= mine.own.size())
      return;
    const auto* const job = reinterpret_cast<const char*>(mine.own[mine.next + jobs_ahead]);
    for (std::size_t line = 0; line < front_bytes; line += 64)
      __builtin_prefetch(job + line);
    for (std::size_t line = 0; line < state_bytes; line += 64)
      __builtin_prefetch(job + state_offset + line);
  }
};

} // namespace tallyman
