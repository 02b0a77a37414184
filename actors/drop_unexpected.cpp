#include "actors/drop_unexpected.hpp"

#include <caf/sec.hpp>
#include <spdlog/spdlog.h>

namespace tallyman {

caf::result<caf::message> drop_unexpected(caf::scheduled_actor* self, caf::message_view& content) {
  spdlog::error("{} got a message that it does not know: {}", self->name(), content.content().stringify());
  return caf::sec::unexpected_message;
}

} // namespace tallyman
