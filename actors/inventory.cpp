#include "actors/inventory.hpp"

#include "actors/drop_unexpected.hpp"

#include <caf/send.hpp>

namespace tallyman {

inventory::inventory(caf::actor_config& config, std::shared_ptr<string_table> strings, caf::actor supervisor)
    : caf::event_based_actor(config), strings_(std::move(strings)), supervisor_(std::move(supervisor)) {}

caf::response_promise inventory::begin() {
  const auto question = ++last_question_;
  const auto self = caf::actor_cast<caf::actor>(this);
  auto gathered = [self, question](cluster_view_ptr view) {
    caf::anon_send(self, question, view_answer{std::move(view)});
  };
  send(supervisor_, gather_state{std::make_shared<gathering>(strings_, std::move(gathered))});
  auto promise = make_response_promise();
  asked_.emplace(question, promise);
  return promise;
}

caf::behavior inventory::make_behavior() {
  set_default_handler(drop_unexpected);
  return {
      [this](view_wanted) { return begin(); },
      [this](std::uint64_t question, view_answer& answer) {
        const auto found = asked_.find(question);
        if (found == asked_.end())
          return;
        found->second.deliver(std::move(answer));
        asked_.erase(found);
      },
  };
}

} // namespace tallyman
