// What is said of an identity reaches every name of it.

#include "tally/placements_step.hpp"

namespace tallyman {

void placements::inherit_scan(image_index image, const step& at) {
  const auto& scan = images_.scan_of(images_.identity_of(images_[image].key));
  auto& event = new_event(image_event_kind::scan_inherited, image, at);
  put_scan(event, scan);
  event.text = at.batch.add_text(scan.last_error);
}

void placements::apply_scan(const scan_finished& scan, const step& at) {
  auto* const identity = images_.find(images_.identity_of(scan.image_id, scan.architecture));
  if (identity == nullptr)
    return;
  if (scan.outcome == scan_outcome::succeeded || !by_first_rules())
    identity->change_scan().finish(scan.outcome, at.time_ms, scan.wait_ms, at.batch.text(scan.error));
  for (const auto image : identity->names) {
    auto& event = new_event(image_event_kind::scan_finished, image, at);
    event.number = scan.wait_ms;
    event.text = scan.error;
    event.outcome = scan.outcome;
  }
}

void placements::apply_answer(const remote_answered& answer, const step& at) {
  auto* const identity = images_.find(images_.identity_of(answer.image_id, answer.architecture));
  if (identity == nullptr)
    return;
  if (answer.scanned && (!identity->scan || !identity->scan->scanned))
    identity->change_scan().succeed(at.time_ms);
  for (const auto image : identity->names) {
    auto& event = new_event(image_event_kind::remote_answered, image, at);
    event.number = answer.scanned ? 1 : 0;
  }
}

void placements::apply_acknowledgement(const remote_acknowledged& ack, const step& at) {
  const auto image = images_.find({ack.image_id, ack.architecture, ack.name});
  if (!image)
    return;
  auto& event = new_event(image_event_kind::remote_acknowledged, *image, at);
  event.number = ack.version;
}

} // namespace tallyman
