#pragma once

#include "views/inventory_view.hpp"
#include "views/json_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

/// One pod's part in an image: where it runs, and what of that is not certain yet.
struct pod_explanation {
  std::string uid;
  std::string name_space;
  std::string name;
  std::string node;
  std::string os;
  std::string architecture;
  bool platform_certain = false;
  bool node_known = false; ///< now; a platform stays certain when the node goes
  std::string waiting_on;  ///< uid of the parent that has not been seen; empty: the owner is certain
};

/// One owner's part in an image.
struct owner_explanation {
  owner_row owner;
  std::vector<pod_explanation> pods; ///< in the order of `owner.pods`
};

/// Why one image is in the tally, and what happens to it next.
struct image_explanation {
  image_row image;
  std::vector<owner_explanation> owners; ///< in the order of `image.owners`
  std::string next;                      ///< what happens next, and when: one sentence, no full stop
};

/// The images that `wanted` means: those whose name or image_id it is; if there are none, those whose name or
/// image_id holds it; or those of the owner that it is (views/owner_pattern.hpp). Idle ones too. By
/// (image_id, architecture, name).
std::vector<image_explanation> explain(const cluster_view& view, std::string_view wanted,
                                       std::int64_t now_ms);

/// What happens next to an image; `forgotten_at_ms` counts only while nothing runs it.
std::string next_step(const image_row& image, std::int64_t forgotten_at_ms, std::int64_t now_ms);

/// The image as in the inventory's JSON, with an object for each pod in place of its uid, and `next`.
json json_of(const image_explanation& shown);

/// An array of them, over several lines, without the end of the last.
std::string json_text_of(const std::vector<image_explanation>& all);

} // namespace tallyman
