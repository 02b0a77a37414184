#pragma once

#include "actors/messages.hpp"

#include <absl/container/flat_hash_map.h>
#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <cstdint>
#include <memory>

namespace tallyman {

/// Answers questions about one cluster: sends a marker after the facts and, when the pieces of all actors
/// have come in, hands out the whole as of that sequence. Ingest goes on meanwhile.
class inventory : public caf::event_based_actor {
public:
  inventory(caf::actor_config& config, std::shared_ptr<string_table> strings, caf::actor supervisor);

  caf::behavior make_behavior() override;
  const char* name() const override { return "tallyman.inventory"; }

private:
  caf::response_promise begin();

  std::shared_ptr<string_table> strings_;
  caf::actor supervisor_;
  absl::flat_hash_map<std::uint64_t, caf::response_promise> asked_;
  std::uint64_t last_question_ = 0;
};

} // namespace tallyman
