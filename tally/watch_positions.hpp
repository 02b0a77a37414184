#pragma once

#include "messages/fact.hpp"

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>

namespace tallyman {

/// How far each kind has been seen: where its watch can go on after a restart.
class watch_positions {
public:
  struct position {
    std::string resource_version;   ///< of the newest bookmark or complete list; opaque text
    std::int64_t listed_at_ms = 0;  ///< when the newest complete list was taken in; 0: never
    std::uint64_t listed_items = 0; ///< how many objects it held

    friend bool operator==(const position&, const position&) = default;
  };

  void apply(const fact_batch& batch) {
    for (const auto& each : batch.facts)
      if (const auto* mark = std::get_if<bookmarked>(&each.body)) {
        by_kind_[{mark->kind, mark->api_version}].resource_version = batch.text(mark->resource_version);
      } else if (const auto* list = std::get_if<list_synced>(&each.body)) {
        by_kind_[{list->kind, list->api_version}] = {std::string{batch.text(list->resource_version)},
                                                     each.time_ms, list->items};
      } else if (const auto* settings = std::get_if<settings_changed>(&each.body); settings != nullptr) {
        if (settings->list_anew)
          by_kind_.clear();
      }
  }

  const absl::flat_hash_map<object_kind, position>& by_kind() const noexcept { return by_kind_; }
  void restore(object_kind kind, position state) { by_kind_[kind] = std::move(state); }

private:
  absl::flat_hash_map<object_kind, position> by_kind_;
};

} // namespace tallyman
