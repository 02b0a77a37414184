#include "tally/scan_result.hpp"

#include "tally/schedule/back_off.hpp"

#include <algorithm>

namespace tallyman {

std::optional<scanned_identity> find_scanned(const cluster_state& state, std::string_view image_id,
                                             std::string_view architecture) {
  const auto& images = state.placed.images();
  std::optional<scanned_identity> found;
  for (image_index index = 0; index < images.size() && !found; ++index) {
    const auto& key = images[index].key;
    if (images[index].live && state.strings->text(key.image_id) == image_id &&
        state.strings->text(key.architecture) == architecture)
      found = scanned_identity{key.image_id, key.architecture, images.identity_of(key), {}, 0};
  }
  if (!found)
    return found;
  for (const auto index : images.names_of(found->key)) {
    found->names.push_back({index, std::string{state.strings->text(images[index].key.name)}});
    found->failures = std::max(found->failures, state.images[index].scan().failures);
  }
  return found;
}

scan_finished scan_result_of(const scanned_identity& scanned, scan_outcome outcome, std::string_view why,
                             fact_batch& batch) {
  scan_finished scan;
  scan.image_id = scanned.image_id;
  scan.architecture = scanned.architecture;
  scan.outcome = outcome;
  if (outcome != scan_outcome::succeeded) {
    scan.error = batch.add_text(why);
    scan.wait_ms = static_cast<std::uint64_t>(back_off_wait(back_off_policy{}, scanned.failures).count());
  }
  return scan;
}

} // namespace tallyman
