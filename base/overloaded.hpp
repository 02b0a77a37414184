#pragma once

namespace tallyman {

/// One function object for `std::visit` out of a lambda for each alternative: one that is forgotten does not
/// compile.
template <class... Lambdas>
struct overloaded : Lambdas... {
  using Lambdas::operator()...;
};

// What C++20 deduces by itself, but clang 14, which lints and fuzzes, does not.
template <class... Lambdas>
overloaded(Lambdas...) -> overloaded<Lambdas...>;

} // namespace tallyman
