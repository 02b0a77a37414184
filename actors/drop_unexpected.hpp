#pragma once

#include <caf/scheduled_actor.hpp>

namespace tallyman {

/// For `set_default_handler`: a message that an actor does not know is a mistake in the program. It is
/// logged as an error and dropped; CAF's own handler would print to standard output.
caf::result<caf::message> drop_unexpected(caf::scheduled_actor* self, caf::message_view& content);

} // namespace tallyman
