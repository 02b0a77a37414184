#pragma once

#include <caf/config.hpp>
#include <caf/event_based_actor.hpp>

#include <utility>

namespace tallyman {

/// Has an idle actor act on the turn of whoever would send it a message. False if it has mail or runs: then
/// send it. `here` is the caller's execution unit; `action` may throw nothing.
///
/// The caller takes the actor's mailbox out of the blocked state, as a scheduler's worker does that finds
/// mail, and so is the one that runs it. What makes that safe in CAF 0.17.6, the version of Debian 12:
/// - `try_unblock` is one compare-and-swap from "blocked" to "empty": of all who try, senders included, one
///   wins. While the mailbox is not blocked, whoever sends leaves the running to whoever unblocked it.
/// - `try_block` fails if mail came meanwhile; the actor is then scheduled with the reference that a queued
///   job holds.
/// - An actor that has ended has a closed mailbox, which `try_unblock` does not open.
///
/// Newer CAF keeps these calls for the owner of a mailbox, hence the assertion.
/// tests/actors/image_turn_test.cpp notices when they no longer do what is said here.
template <class Action>
bool act_on_borrowed_turn(caf::event_based_actor& idle, caf::execution_unit* here, Action&& action) {
  static_assert(CAF_VERSION == 1706, "does the reasoning above hold for this version of CAF?");
  if (!idle.mailbox().try_unblock())
    return false;
  idle.context(here);
  std::forward<Action>(action)();
  if (idle.mailbox().try_block())
    return true;
  caf::intrusive_ptr_add_ref(idle.ctrl());
  here->exec_later(&idle);
  return true;
}

} // namespace tallyman
