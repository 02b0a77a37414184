#pragma once

namespace tallyman {

/// One function object for `std::visit` out of a lambda for each alternative: one that is forgotten does not
/// compile.
template <class... Lambdas>
struct overloaded : Lambdas... {
  using Lambdas::operator()...;
};

} // namespace tallyman
