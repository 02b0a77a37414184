#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <random>
#include <variant>

namespace tallyman::testing {

inline constexpr std::size_t fact_kinds = std::variant_size_v<fact_body>;

/// Draws facts of every kind, with edge values (0, the largest, empty, bytes that are not UTF-8) far more
/// often than chance would have them.
class random_facts {
public:
  /// Fills `strings` with the strings that the facts will refer to. It must outlive this object.
  random_facts(std::uint64_t seed, string_table& strings);

  /// Appends a fact whose body is alternative `kind` of `fact_body`.
  void add(fact_batch& batch, std::size_t kind);

  /// A number from 0 to `last`.
  std::uint64_t up_to(std::uint64_t last);

private:
  fact_body body(fact_batch& batch, std::size_t kind);
  std::uint64_t number();
  bool flag() { return up_to(1) == 1; }
  string_id string();
  uid object();
  pool_slice text(fact_batch& batch);
  controller_ref controller(fact_batch& batch);
  pool_slice containers(fact_batch& batch);
  template <class Enum>
  Enum choice(Enum last);
  pod_observed pod(fact_batch& batch);
  workload_observed workload(fact_batch& batch);

  std::mt19937_64 random_;
  string_table* strings_;
};

} // namespace tallyman::testing
