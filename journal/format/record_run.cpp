#include "journal/format/record_run.hpp"

#include "base/invariant.hpp"
#include "journal/format/format.hpp"
#include "journal/format/record_kind.hpp"

#include <algorithm>
#include <cstring>

namespace tallyman::journal {

void record_run::add_event(std::uint8_t type, std::int64_t time_ms, std::string_view payload) {
  const auto into = reserve_event(type, time_ms, payload.size());
  if (!payload.empty())
    std::memcpy(into.data(), payload.data(), payload.size());
}

std::span<std::byte> record_run::reserve_event(std::uint8_t type, std::int64_t time_ms, std::size_t size) {
  invariant(type <= record_type_max && "record type out of range");
  std::byte* payload = reserve(type, time_ms, size);
  ++event_count_;
  ends_with_definition_ = false;
  definitions_start_ = buffer_.size();
  return {payload, size};
}

void record_run::add_definition(std::uint8_t type, std::int64_t time_ms, std::string_view payload) {
  const auto into = reserve_definition(type, time_ms, payload.size());
  if (!payload.empty())
    std::memcpy(into.data(), payload.data(), payload.size());
}

std::span<std::byte> record_run::reserve_definition(std::uint8_t type, std::int64_t time_ms,
                                                    std::size_t size) {
  invariant(type <= record_type_max && "record type out of range");
  std::byte* payload = reserve(static_cast<std::uint8_t>(type | definition_bit), time_ms, size);
  ends_with_definition_ = true;
  longest_definitions_ = std::max(longest_definitions_, buffer_.size() - definitions_start_);
  return {payload, size};
}

std::string_view record_run::encoded() const noexcept {
  return as_text(buffer_.data(), buffer_.size());
}

void record_run::clear() noexcept {
  buffer_.clear();
  time_base_ms_ = 0;
  first_time_ms_ = 0;
  largest_payload_ = 0;
  definitions_start_ = 0;
  longest_definitions_ = 0;
  event_count_ = 0;
  record_count_ = 0;
  ends_with_definition_ = false;
}

std::byte* record_run::reserve(std::uint8_t kind, std::int64_t time_ms, std::size_t size) {
  invariant(size <= record_bytes_max && "record larger than a batch; check record_bytes_max before adding");
  if (record_count_ == 0) {
    first_time_ms_ = time_ms;
    mark_time(time_ms);
  } else if (!delta_fits(time_base_ms_, time_ms)) {
    mark_time(time_ms);
  }
  std::byte* prefix = buffer_.extend(record_prefix_bytes + size);
  const auto delta = static_cast<std::uint64_t>(time_ms) - static_cast<std::uint64_t>(time_base_ms_);
  put_prefix(prefix, {static_cast<std::uint32_t>(size), kind, static_cast<std::uint32_t>(delta)});
  largest_payload_ = std::max(largest_payload_, size);
  ++record_count_;
  return prefix + record_prefix_bytes;
}

void record_run::mark_time(std::int64_t time_ms) {
  put_time_mark(buffer_.extend(time_mark_bytes), time_ms);
  time_base_ms_ = time_ms;
}

} // namespace tallyman::journal
