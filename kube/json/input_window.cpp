#include "kube/json/input_window.hpp"

#include "base/invariant.hpp"
#include "kube/json/byte_masks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace tallyman::kube {

namespace {

std::uint64_t count_newlines(std::string_view text) {
  std::uint64_t count = 0;
  std::size_t position = 0;
  for (; position + block_size <= text.size(); position += block_size)
    count += static_cast<std::uint64_t>(std::popcount(byte_block{text.data() + position}.equal_to('\n')));
  for (; position < text.size(); ++position)
    count += std::uint64_t{text[position] == '\n'};
  return count;
}

} // namespace

static_assert(input_window::padding >= block_size);

void input_window::append(std::string_view bytes) {
  if (bytes.empty())
    return;
  const auto needed = size_ + bytes.size() + padding;
  if (bytes_.size() < needed)
    bytes_.resize(needed);
  std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void input_window::count_lines_to(std::size_t position) {
  const auto first = std::min(counted_, position);
  const auto between = count_newlines({bytes_.data() + first, std::max(counted_, position) - first});
  lines_ = position >= counted_ ? lines_ + between : lines_ - between;
  counted_ = position;
}

void input_window::drop_front(std::size_t count) {
  invariant(count <= size_ && "more dropped than there is");
  if (count == 0)
    return;
  count_lines_to(count);
  std::memmove(bytes_.data(), bytes_.data() + count, size_ - count);
  size_ -= count;
  dropped_ += count;
  counted_ = 0;
}

std::string input_window::place_of(std::size_t position) {
  invariant(position <= size_ && "a place outside of the window");
  count_lines_to(position);
  return fmt::format("byte {}, line {}", dropped_ + position, lines_ + 1);
}

} // namespace tallyman::kube
