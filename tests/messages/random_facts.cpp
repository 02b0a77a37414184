#include "messages/random_facts.hpp"

#include <cstdlib>
#include <limits>

namespace tallyman::testing {

random_facts::random_facts(std::uint64_t seed, string_table& strings) : random_(seed), strings_(&strings) {
  // More than 2^14 strings, so that ids of one, two and three bytes occur.
  for (int i = 0; i < 20'000; ++i)
    strings.intern("string " + std::to_string(i));
}

std::uint64_t random_facts::up_to(std::uint64_t last) {
  return std::uniform_int_distribution<std::uint64_t>{0, last}(random_);
}

std::uint64_t random_facts::number() {
  switch (up_to(3)) {
  case 0:
    return 0;
  case 1:
    return std::numeric_limits<std::uint64_t>::max();
  default:
    return random_() >> up_to(63);
  }
}

string_id random_facts::string() {
  const auto last = strings_->size() - 1;
  switch (up_to(5)) {
  case 0:
    return string_id::empty;
  case 1:
    return string_id{last};
  default:
    return static_cast<string_id>(up_to(last));
  }
}

uid random_facts::object() {
  interner intern{*strings_};
  switch (up_to(4)) {
  case 0:
    return {};
  case 1:
    return parse_uid(strings_->text(string()), intern);
  default:
    // A version 4 UUID, as the API server draws them.
    return {(random_() & ~std::uint64_t{0xf000}) | 0x4000, random_() >> 2 | std::uint64_t{1} << 63};
  }
}

pool_slice random_facts::text(fact_batch& batch) {
  std::string text(up_to(3) == 0 ? 0 : up_to(80), '\0');
  for (auto& c : text)
    c = static_cast<char>(random_());
  return batch.add_text(text);
}

template <class Enum>
Enum random_facts::choice(Enum last) {
  return static_cast<Enum>(up_to(static_cast<std::uint64_t>(last)));
}

controller_ref random_facts::controller(fact_batch& batch) {
  return {object(), string(), string(), text(batch)};
}

pool_slice random_facts::containers(fact_batch& batch) {
  std::vector<container> list(up_to(6));
  for (auto& one : list)
    one = {string(),
           string(),
           string(),
           string(),
           choice(container_list::volume),
           static_cast<std::uint32_t>(number())};
  return batch.add_containers(list.data(), list.size());
}

pod_observed random_facts::pod(fact_batch& batch) {
  return {.id = object(),
          .name_space = string(),
          .node = string(),
          .name = text(batch),
          .controller = controller(batch),
          .resource_version = number(),
          .containers = containers(batch),
          .phase = choice(pod_phase::failed),
          .deleting = flag()};
}

workload_observed random_facts::workload(fact_batch& batch) {
  return {.id = object(),
          .kind = string(),
          .api_version = string(),
          .name_space = string(),
          .name = text(batch),
          .controller = controller(batch),
          .resource_version = number()};
}

fact_body random_facts::body(fact_batch& batch, std::size_t kind) {
  switch (kind) {
  case 0:
    return pod(batch);
  case 1:
    return pod_gone{object(), number(), choice(gone_reason::replaced)};
  case 2:
    return node_observed{object(), string(), string(), string(), number()};
  case 3:
    return node_gone{object(), string(), number(), choice(gone_reason::replaced)};
  case 4:
    return workload(batch);
  case 5:
    return workload_gone{object(), string(), number(), choice(gone_reason::replaced), string()};
  case 6:
    return scan_finished{string(), string(), text(batch), number(), choice(scan_outcome::image_private)};
  case 7:
    return remote_answered{string(), string(), flag()};
  case 8:
    return remote_acknowledged{string(), string(), string(), number()};
  case 9:
    return list_synced{string(), text(batch), number(), string()};
  case 10:
    return bookmarked{string(), text(batch), string()};
  case 11:
    return settings_changed{number(), flag() ? tally_rules::first : tally_rules::second, flag(), text(batch)};
  default:
    std::abort(); // a new kind of fact must be drawn here, too
  }
}

void random_facts::add(fact_batch& batch, std::size_t kind) {
  const auto time_ms = static_cast<std::int64_t>(up_to(4'102'444'800'000)); // until the year 2100
  auto drawn = body(batch, kind);
  batch.facts.push_back({time_ms, drawn});
}

} // namespace tallyman::testing
