#pragma once

#include "tally/cluster_state.hpp"

#include <compare>
#include <string>
#include <vector>

namespace tallyman {

/// The key of an image as text: comparable between states that do not share a string table.
struct image_text {
  std::string image_id;
  std::string architecture;
  std::string name;

  friend auto operator<=>(const image_text&, const image_text&) = default;
};

/// An owner as text. The uid alone says which one it is.
struct owner_text {
  std::string uid;
  std::string kind;
  std::string name_space;
  std::string name;

  friend bool operator==(const owner_text& a, const owner_text& b) { return a.uid == b.uid; }
  friend auto operator<=>(const owner_text& a, const owner_text& b) { return a.uid <=> b.uid; }
};

/// An image with everybody who owns it.
struct owned_image {
  image_text image;
  std::vector<owner_text> owners; ///< ascending
};

/// What runs, and whose it is: ascending by image. Images that nobody owns are left out.
using owned_images = std::vector<owned_image>;

owned_images owned_images_of(const cluster_state& state);

/// What lies between two moments. All ascending.
struct state_difference {
  struct changed_image {
    image_text image;
    std::vector<owner_text> owners_gained;
    std::vector<owner_text> owners_lost;
  };

  owned_images images_gained;                ///< with the owners that they have
  owned_images images_lost;                  ///< with the owners that they had
  std::vector<changed_image> images_changed; ///< there at both moments, with other owners
  std::vector<owner_text> owners_gained;     ///< those that owned nothing before
  std::vector<owner_text> owners_lost;       ///< those that own nothing any more

  bool empty() const noexcept {
    return images_gained.empty() && images_lost.empty() && images_changed.empty();
  }
};

state_difference difference_between(const owned_images& before, const owned_images& after);

} // namespace tallyman
