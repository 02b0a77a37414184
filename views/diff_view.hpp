#pragma once

#include "tally/snapshot/state_difference.hpp"
#include "views/output.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tallyman {

/// What lies between two moments, and which they are.
struct diff_view {
  struct end {
    std::uint64_t sequence = 0;
    std::int64_t at_ms = 0; ///< of that event; 0: there is none
  };

  std::string cluster;
  end from;
  end to;
  state_difference difference;
};

/// Calls `row` with (change, image, owner) for every owner of an image that was gained or lost.
template <class Row>
void for_each_change(const state_difference& difference, Row row) {
  const auto each_owner = [&](const char* change, const image_text& image,
                              const std::vector<owner_text>& owners) {
    for (const auto& owner : owners)
      row(change, image, owner);
  };
  for (const auto& each : difference.images_gained)
    each_owner("image-gained", each.image, each.owners);
  for (const auto& each : difference.images_lost)
    each_owner("image-lost", each.image, each.owners);
  for (const auto& each : difference.images_changed) {
    each_owner("owner-gained", each.image, each.owners_gained);
    each_owner("owner-lost", each.image, each.owners_lost);
  }
}

/// One document (docs/cli.md has its shape).
void write_diff_json(const diff_view& shown, output& out);
/// One record for each image and owner that was gained or lost.
void write_diff_csv(const diff_view& shown, output& out);

} // namespace tallyman
