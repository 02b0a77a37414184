#include "cli/wake_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>

namespace tallyman::cli {

wake_event::wake_event() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  assert(descriptor_ >= 0 && "no event descriptor");
}

wake_event::~wake_event() {
  ::close(descriptor_);
}

void wake_event::set() const {
  [[maybe_unused]] const auto done = ::eventfd_write(descriptor_, 1);
  assert(done == 0 && "an event descriptor is full");
}

} // namespace tallyman::cli
