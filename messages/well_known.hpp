#pragma once

#include "messages/string_table.hpp"

#include <array>
#include <string_view>

namespace tallyman::well_known {

/// The strings that every table starts with, in the order of their ids. Journals rely on these ids without
/// defining them: changing the list needs a new version of the journal's format.
inline constexpr std::array<std::string_view, 5> texts{"", "amd64", "linux", "Pod", "Node"};

inline constexpr string_id amd64{1};
inline constexpr string_id linux_os{2};
inline constexpr string_id pod{3};
inline constexpr string_id node{4};

} // namespace tallyman::well_known
