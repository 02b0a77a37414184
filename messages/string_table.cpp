#include "messages/string_table.hpp"

#include "base/invariant.hpp"
#include "messages/well_known.hpp"

#include <bit>

namespace tallyman {

string_table::string_table() {
  for (const auto text : well_known::texts)
    push(text);
}

string_table::~string_table() {
  for (auto& chunk : chunks_)
    delete[] chunk.load(std::memory_order_relaxed);
}

string_table::location string_table::locate(std::uint32_t index) noexcept {
  const std::uint64_t shifted = std::uint64_t{index} + (1u << first_chunk_bits);
  const auto high_bit = static_cast<unsigned>(std::bit_width(shifted)) - 1;
  return {high_bit - first_chunk_bits, static_cast<std::uint32_t>(shifted - (std::uint64_t{1} << high_bit))};
}

string_id string_table::push(std::string_view text) {
  const auto index = size_.load(std::memory_order_relaxed);
  const auto [chunk, slot] = locate(index);
  invariant(chunk < chunk_count && "more than 4 billion distinct strings");
  auto* strings = chunks_[chunk].load(std::memory_order_relaxed);
  if (strings == nullptr) {
    strings = new std::string[std::size_t{1} << (chunk + first_chunk_bits)];
    chunks_[chunk].store(strings, std::memory_order_release);
  }
  strings[slot] = text;
  ids_.emplace(strings[slot], string_id{index});
  size_.store(index + 1, std::memory_order_release);
  return string_id{index};
}

string_id string_table::intern(std::string_view text) {
  const std::lock_guard guard{mutex_};
  if (const auto found = ids_.find(text); found != ids_.end())
    return found->second;
  return push(text);
}

bool string_table::define(string_id id, std::string_view text) {
  const std::lock_guard guard{mutex_};
  if (static_cast<std::uint32_t>(id) != size_.load(std::memory_order_relaxed) || ids_.contains(text))
    return false;
  push(text);
  return true;
}

std::string_view string_table::text(string_id id) const {
  const auto index = static_cast<std::uint32_t>(id);
  invariant(index < size() && "a string id of another table");
  const auto [chunk, slot] = locate(index);
  return chunks_[chunk].load(std::memory_order_acquire)[slot];
}

string_id interner::operator()(std::string_view text) {
  if (text.empty())
    return string_id::empty;
  if (const auto found = seen_.find(text); found != seen_.end())
    return found->second;
  const auto id = table_->intern(text);
  seen_.emplace(table_->text(id), id);
  return id;
}

} // namespace tallyman
