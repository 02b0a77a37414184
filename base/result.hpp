#pragma once

#include "base/invariant.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tallyman {

/// What kind of failure it is: decides the exit code (cli/exit_code.hpp) and whether a caller may go on.
enum class error_kind : std::uint8_t {
  bad_input, ///< what a user or a file fed in is not what it should be; the rest may be fine
  usage,     ///< the request itself makes no sense: a wrong option, a wrong path
  busy,      ///< another process holds what is needed
  io,        ///< the operating system refused a read, a write or a sync
  damaged,   ///< stored data is not what was written
  too_new,   ///< stored data is of a format version that this program does not know
};

/// An expected failure, as a value. `what` is one line: what happened, where (file and offset, object,
/// key) and what to do about it. No newline, no trailing full stop.
struct error {
  error_kind kind = error_kind::io;
  std::string what;
};

/// Either a value or the error that prevented it. A small stand-in for C++23's `std::expected`, which
/// g++ 12 lacks in C++20 (and whose back-ports Debian 12 does not package).
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  result(error failure) : content_(std::in_place_index<1>, std::move(failure)) {}

  bool ok() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & { return *checked(); }
  const T& value() const& { return *const_cast<result*>(this)->checked(); }
  T&& value() && { return std::move(*checked()); }
  T& operator*() & { return *checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*checked()); }
  T* operator->() { return checked(); }
  const T* operator->() const { return &value(); }

  const tallyman::error& failure() const {
    invariant(!ok() && "a result that holds a value has no error");
    return std::get<1>(content_);
  }

private:
  T* checked() {
    invariant(ok() && "the value of a failed result was used");
    return &std::get<0>(content_);
  }

  std::variant<T, tallyman::error> content_;
};

template <>
class [[nodiscard]] result<void> {
public:
  result() = default;
  result(error failure) : failure_(std::move(failure)) {}

  bool ok() const noexcept { return !failure_; }
  explicit operator bool() const noexcept { return ok(); }

  const tallyman::error& failure() const {
    invariant(failure_ && "a result that succeeded has no error");
    return *failure_;
  }

private:
  std::optional<tallyman::error> failure_;
};

} // namespace tallyman
