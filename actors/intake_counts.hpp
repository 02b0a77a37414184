#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace tallyman {

/// What became of the facts of one kind since the process started.
struct intake_count {
  std::uint64_t journaled = 0;
  std::uint64_t no_ops = 0;   ///< said nothing new
  std::uint64_t late = 0;     ///< older than what is known of their object
  std::uint64_t returned = 0; ///< of those journaled: their object was gone, and is there again
  std::uint64_t gone = 0;     ///< of those journaled: their object is gone

  intake_count& operator+=(const intake_count& more) noexcept {
    journaled += more.journaled;
    no_ops += more.no_ops;
    late += more.late;
    returned += more.returned;
    gone += more.gone;
    return *this;
  }
};

/// By kind of object ("Pod", "Rollout.argoproj.io": `qualified_kind`), or "bookmark", "list", "scan",
/// "remote", "settings".
using intake_counts = std::map<std::string, intake_count>;

} // namespace tallyman
