#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tallyman::kube {

/// Collects one-line warnings, a bounded number of them.
class warnings {
public:
  static constexpr std::size_t lines_max = 100;

  void add(std::string line) {
    if (lines_.size() < lines_max)
      lines_.push_back(std::move(line));
    else
      ++dropped_;
  }

  /// Those since the last call; the last line says how many there were beyond `lines_max`.
  std::vector<std::string> take() {
    if (const auto dropped = std::exchange(dropped_, 0); dropped > 0)
      lines_.back() = fmt::format("{} more warnings like these", dropped + 1);
    return std::exchange(lines_, {});
  }

private:
  std::vector<std::string> lines_;
  std::size_t dropped_ = 0;
};

} // namespace tallyman::kube
