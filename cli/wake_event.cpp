#include "cli/wake_event.hpp"

#include "base/invariant.hpp"
#include "cli/shortage.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace tallyman::cli {

wake_event::wake_event() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0)
    end_for_want_of("an event descriptor", errno);
}

wake_event::~wake_event() {
  ::close(descriptor_);
}

void wake_event::set() const {
  [[maybe_unused]] const auto done = ::eventfd_write(descriptor_, 1);
  invariant(done == 0 && "an event descriptor is full");
}

} // namespace tallyman::cli
