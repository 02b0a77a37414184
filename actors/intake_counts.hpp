#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace tallyman {

/// What became of the facts of one kind since the process started.
struct intake_count {
  std::uint64_t journaled = 0;
  std::uint64_t no_ops = 0; ///< said nothing new
  std::uint64_t late = 0;   ///< their object was gone already
};

/// By kind of object ("Pod", "ReplicaSet", ...), or "bookmark", "list", "scan", "remote", "settings".
using intake_counts = std::map<std::string, intake_count>;

} // namespace tallyman
