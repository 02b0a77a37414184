// An image acts on its group's turn if it is idle, and by mail if it is not.

#include "actors/image.hpp"
#include "actors/test_cluster.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <future>

using namespace tallyman;
using namespace tallyman::testing;

namespace {

constexpr std::chrono::seconds long_enough{20};

/// Something for image 0.
image_changed some_change() {
  auto work = std::make_shared<delivery>();
  work->parts.push_back(std::make_shared<submission>());
  image_event event;
  event.kind = image_event_kind::remote_answered; // can come twice
  work->changes.events.push_back(event);
  work->next.push_back(delivery::end_of_chain);
  return {std::make_shared<group_share>(group_share{std::move(work), {}, {}, {}}), 0};
}

/// An image alone, without a group.
struct lonely_image {
  lonely_image(test_system& system, const image_fault& faults)
      : handle(system.actors.spawn<image, caf::lazy_init>(caf::actor{}, image_index{0},
                                                          image_state{image_key{}}, &faults)) {}

  /// Has another actor hand it `change`, on that one's turn.
  bool take_if_idle(test_system& system, const image_changed& change) const {
    std::promise<bool> answer;
    // With an argument, since CAF 0.17 dereferences the null that stands for none.
    system.actors.spawn(
        [&](caf::event_based_actor* self, const image_changed& what) {
          answer.set_value(image::behind(handle).take_if_idle(what, self->context()));
        },
        change);
    return answer.get_future().get();
  }

  caf::actor handle;
};

} // namespace

TEST_CASE("mail that comes while an image acts on somebody's turn is not left lying") {
  for (int round = 0; round < 10; ++round) {
    test_system system{2};
    const auto change = some_change();
    std::atomic<int> acted{0};
    std::promise<void> twice;
    caf::actor self;
    const image_fault faults = [&](const image_key&, std::uint64_t) {
      if (++acted == 1)
        caf::anon_send(self, change);
      else
        twice.set_value();
    };
    const lonely_image lonely{system, faults};
    self = lonely.handle;
    REQUIRE(lonely.take_if_idle(system, change));
    REQUIRE(twice.get_future().wait_for(long_enough) == std::future_status::ready);
    self = nullptr;
  }
}

TEST_CASE("an image that runs cannot be had to act on somebody else's turn at the same time") {
  test_system system{2};
  const auto change = some_change();
  std::atomic<int> acted{0};
  std::promise<void> runs, may_go_on;
  const image_fault faults = [&](const image_key&, std::uint64_t) {
    if (++acted != 1)
      return;
    runs.set_value();
    may_go_on.get_future().wait();
  };
  const lonely_image lonely{system, faults};
  caf::anon_send(lonely.handle, change);
  REQUIRE(runs.get_future().wait_for(long_enough) == std::future_status::ready);
  CHECK_FALSE(lonely.take_if_idle(system, change));
  CHECK(acted == 1);
  may_go_on.set_value();
  // Idle again, sooner or later.
  const auto deadline = std::chrono::steady_clock::now() + long_enough;
  while (!lonely.take_if_idle(system, change))
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  CHECK(acted == 2);
}
