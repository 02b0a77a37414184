#pragma once

#include "messages/fact.hpp"
#include "messages/keys.hpp"
#include "tally/cluster_state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

/// What the tally holds of an identity that was scanned.
struct scanned_identity {
  /// One of its names.
  struct image {
    image_index index = 0;
    /// Kept here: the result may be the last that the tally hears of an image that nothing runs.
    std::string name;
  };
  string_id image_id{}; ///< of one of its names, as is
  string_id architecture{};
  scan_identity key;
  std::vector<image> names;
  std::uint32_t failures = 0; ///< the most of any name
};

/// The identity of that image id and architecture; nothing if no image has them. The ids are looked up rather
/// than interned, so that a question leaves nothing in the journal.
std::optional<scanned_identity> find_scanned(const cluster_state& state, std::string_view image_id,
                                             std::string_view architecture);

/// The fact that a scan of it ended so, with the wait before the next try. Appends `why` to `batch` if it
/// failed.
scan_finished scan_result_of(const scanned_identity& scanned, scan_outcome outcome, std::string_view why,
                             fact_batch& batch);

} // namespace tallyman
