#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tallyman::bench {

/// The usual design of a tracker of images, to compare with: one lock, one map of images keyed by strings,
/// and a removal that looks through all images for the pod. In memory only; nothing is durable.
class single_lock_tracker {
public:
  struct container {
    std::string image;
    std::string image_id;
  };
  struct pod {
    std::string id;
    std::string owner;
    std::string architecture;
    std::vector<container> containers;
  };

  void add(const pod& seen);
  void remove(const pod& gone);
  std::size_t image_count() const;

private:
  struct image {
    std::string architecture;
    std::unordered_map<std::string, std::unordered_set<std::string>> pods_by_owner;
  };

  mutable std::mutex mutex_;                      // guards: images_
  std::unordered_map<std::string, image> images_; ///< by digest, architecture and name
};

} // namespace tallyman::bench
