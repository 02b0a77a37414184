#include "messages/fact.hpp"

#include <cassert>
#include <limits>

namespace tallyman {

namespace {

pool_slice make_slice(std::size_t offset, std::size_t length) {
  assert(offset + length <= std::numeric_limits<std::uint32_t>::max() && "a fact batch outgrew 4 GiB");
  return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)};
}

} // namespace

pool_slice fact_batch::add_text(std::string_view text) {
  const auto slice = make_slice(texts.size(), text.size());
  texts.append(text);
  return slice;
}

pool_slice fact_batch::add_containers(const container* first, std::size_t count) {
  const auto slice = make_slice(containers.size(), count);
  containers.insert(containers.end(), first, first + count);
  return slice;
}

void fact_batch::clear() noexcept {
  facts.clear();
  containers.clear();
  texts.clear();
}

} // namespace tallyman
