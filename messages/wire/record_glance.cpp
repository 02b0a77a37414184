#include "messages/wire/record_glance.hpp"

#include "messages/fact.hpp"

#include <cstdint>
#include <cstring>

namespace tallyman {

namespace {

/// Walks the fields of a protobuf message. Every read is bounded by the message's end; the first one that is
/// not possible ends the walk, and `sound` is false.
class field_walk {
public:
  explicit field_walk(std::span<const std::byte> bytes)
      : at_(reinterpret_cast<const std::uint8_t*>(bytes.data())), end_(at_ + bytes.size()) {}

  /// The next tag, field number and wire type as they stand there; 0 at the end.
  std::uint32_t next_tag() { return at_ == end_ ? 0 : static_cast<std::uint32_t>(varint()); }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_)
        return fail();
      const auto byte = *at_++;
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80)
        return value;
    }
    return fail();
  }

  std::uint64_t fixed64() {
    std::uint64_t value = 0;
    if (left() < sizeof(value))
      return fail();
    std::memcpy(&value, at_, sizeof(value));
    at_ += sizeof(value);
    return value;
  }

  void skip_fixed32() {
    if (left() < sizeof(std::uint32_t))
      fail();
    else
      at_ += sizeof(std::uint32_t);
  }

  std::span<const std::byte> bytes() {
    const auto length = varint();
    if (length > left()) {
      fail();
      return {};
    }
    const std::span run{at_, static_cast<std::size_t>(length)};
    at_ += length;
    return std::as_bytes(run);
  }

  std::string_view text() {
    const auto run = bytes();
    return {reinterpret_cast<const char*>(run.data()), run.size()};
  }

  void skip(std::uint32_t tag) {
    switch (tag & 7u) {
    case 0:
      varint();
      return;
    case 1:
      fixed64();
      return;
    case 2:
      bytes();
      return;
    case 5:
      skip_fixed32();
      return;
    default: // groups are in no message of event.proto
      fail();
    }
  }

  bool sound() const noexcept { return sound_; }

private:
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  std::uint64_t fail() {
    sound_ = false;
    at_ = end_;
    return 0;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool sound_ = true;
};

constexpr std::uint32_t varint_field(std::uint32_t number) {
  return number << 3;
}
constexpr std::uint32_t fixed64_field(std::uint32_t number) {
  return number << 3 | 1;
}
constexpr std::uint32_t bytes_field(std::uint32_t number) {
  return number << 3 | 2;
}

string_id id_of(std::uint64_t number) {
  return string_id{static_cast<std::uint32_t>(number)};
}

bool read_container(std::span<const std::byte> message, container_glance& out) {
  field_walk fields{message};
  while (const auto tag = fields.next_tag())
    switch (tag) {
    case varint_field(2):
      out.image = id_of(fields.varint());
      break;
    case varint_field(3):
      out.image_id = id_of(fields.varint());
      break;
    case varint_field(5):
      out.is_volume = fields.varint() == static_cast<std::uint64_t>(container_list::volume);
      break;
    default:
      fields.skip(tag);
    }
  return fields.sound();
}

} // namespace

bool glance_at(std::span<const std::byte> payload, pod_glance& out) {
  auto containers = std::move(out.containers);
  containers.clear();
  out = {};
  out.containers = std::move(containers);
  field_walk fields{payload};
  while (const auto tag = fields.next_tag())
    switch (tag) {
    case fixed64_field(1):
      out.id.high = fields.fixed64();
      break;
    case fixed64_field(2):
      out.id.low = fields.fixed64();
      break;
    case varint_field(3):
      out.name_space = id_of(fields.varint());
      break;
    case bytes_field(5):
      out.name = fields.text();
      break;
    case fixed64_field(6):
      out.controller.high = fields.fixed64();
      break;
    case fixed64_field(7):
      out.controller.low = fields.fixed64();
      break;
    case varint_field(8):
      out.controller_kind = id_of(fields.varint());
      break;
    case bytes_field(10):
      out.controller_name = fields.text();
      break;
    case varint_field(12):
      out.ended = fields.varint() >= static_cast<std::uint64_t>(pod_phase::succeeded);
      break;
    case bytes_field(14):
      if (!read_container(fields.bytes(), out.containers.emplace_back()))
        return false;
      break;
    default:
      fields.skip(tag);
    }
  return fields.sound();
}

bool glance_at(std::span<const std::byte> payload, workload_glance& out) {
  out = {};
  field_walk fields{payload};
  while (const auto tag = fields.next_tag())
    switch (tag) {
    case fixed64_field(1):
      out.id.high = fields.fixed64();
      break;
    case fixed64_field(2):
      out.id.low = fields.fixed64();
      break;
    case fixed64_field(7):
      out.controller.high = fields.fixed64();
      break;
    case fixed64_field(8):
      out.controller.low = fields.fixed64();
      break;
    case varint_field(9):
      out.controller_kind = id_of(fields.varint());
      break;
    case bytes_field(11):
      out.controller_name = fields.text();
      break;
    default:
      fields.skip(tag);
    }
  return fields.sound();
}

std::optional<uid> glance_at_uid(std::span<const std::byte> payload) {
  uid id;
  field_walk fields{payload};
  while (const auto tag = fields.next_tag()) {
    if (tag == fixed64_field(1))
      id.high = fields.fixed64();
    else if (tag == fixed64_field(2))
      id.low = fields.fixed64();
    else
      fields.skip(tag);
    if (id.high != 0 && id.low != 0)
      break;
  }
  return fields.sound() ? std::optional{id} : std::nullopt;
}

} // namespace tallyman
