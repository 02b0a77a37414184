#pragma once

#include "tally/placements.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <variant>

namespace tallyman {

/// Prefetches what later facts need, in three steps, since each reads what the one before has fetched: a
/// pod's number, its record, and what the record refers to. Replacements in a full cluster, one
/// thread: 1,300 to 968 CPU ns an event with those of the other tables (docs/performance.md).
class placements::lookahead {
public:
  lookahead(const placements& of, const fact_batch& batch, std::span<const platform> platforms,
            std::span<const owner_resolution> owners)
      : of_(of), batch_(batch), platforms_(platforms), owners_(owners) {
    for (std::size_t i = 0; i < record_ahead && i < batch.facts.size(); ++i)
      record(i);
  }

  /// To be called for each fact, in order.
  void before(std::size_t i) {
    const auto count = batch_.facts.size();
    if (i + number_ahead < count)
      if (const auto* const id = pod_of(batch_.facts[i + number_ahead].body))
        of_.pods_.prefetch_number(*id);
    if (i + record_ahead < count)
      record(i + record_ahead);
    if (i + rest_ahead < count)
      rest(i + rest_ahead);
  }

  /// The number of the record of fact `i`'s pod, as far as it was known ahead.
  std::uint32_t hint(std::size_t i) const { return numbers_[i % numbers_.size()]; }

private:
  static constexpr std::size_t number_ahead = 24, record_ahead = 16, rest_ahead = 8;

  void record(std::size_t i) {
    const auto* const id = pod_of(batch_.facts[i].body);
    numbers_[i % numbers_.size()] = id == nullptr ? pod_table::no_number : of_.pods_.prefetch_record(*id);
  }

  const pod* known(std::size_t i, const uid& id) const {
    if (hint(i) == pod_table::no_number)
      return nullptr;
    const auto number = of_.pods_.number_of(id, hint(i));
    return number == pod_table::no_number ? nullptr : &of_.pods_[number].second;
  }

  void rest(std::size_t i) const {
    const auto& body = batch_.facts[i].body;
    if (const auto* const seen = std::get_if<pod_observed>(&body)) {
      if (const auto* const pod = known(i, seen->id))
        of_.owners_.prefetch(pod->owner);
      else if (owners_[i].is_followed)
        of_.below_.prefetch(seen->controller.id);
      else
        of_.owners_.prefetch(owners_[i].id);
      for (auto* c = batch_.begin_of(seen->containers); c != batch_.end_of(seen->containers); ++c)
        of_.images_.prefetch({c->image_id, platforms_[i].architecture, c->image});
    } else if (const auto* const gone = std::get_if<pod_gone>(&body)) {
      const auto* const pod = known(i, gone->id);
      if (pod == nullptr)
        return;
      of_.owners_.prefetch(pod->owner);
      if (pod->place != pods_below::no_place)
        of_.below_.prefetch(pod->controller);
      for (const auto& placed : pod->containers)
        of_.images_.prefetch(placed.image);
    }
  }

  const placements& of_;
  const fact_batch& batch_;
  std::span<const platform> platforms_;
  std::span<const owner_resolution> owners_;
  std::array<std::uint32_t, 2 * record_ahead> numbers_{};
};

} // namespace tallyman
