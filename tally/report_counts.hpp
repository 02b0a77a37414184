#pragma once

#include "base/invariant.hpp"
#include "messages/string_table.hpp"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace tallyman {

/// Where a pod runs, as it says: its operating system and its runtime.
struct pod_report {
  string_id os{};
  string_id runtime{};

  friend bool operator==(const pod_report&, const pod_report&) = default;
};

/// What the pods of an image say of where they run: how many say what. Nearly always all say the same, which
/// is counted in place.
class report_counts {
public:
  void add(const pod_report& said) {
    if (first_.said == said)
      ++first_.pods;
    else
      add_other(said);
  }

  /// One pod less says `said`, which was added.
  void remove(const pod_report& said) {
    if (first_.said == said && first_.pods > 1)
      --first_.pods;
    else
      remove_last(said);
  }

  /// What most say of `part`; of what as many say, the first by its text. Whoever says nothing has no vote,
  /// unless nobody says anything.
  string_id most(string_id pod_report::*part, const string_table& strings) const {
    if (others_.empty())
      return first_.said.*part;
    using votes = std::pair<string_id, std::uint32_t>;
    absl::InlinedVector<votes, 4> all;
    const auto count = [&](const report& each) {
      const auto said = each.said.*part;
      const auto known =
          std::find_if(all.begin(), all.end(), [&](const votes& other) { return other.first == said; });
      if (known == all.end())
        all.emplace_back(said, each.pods);
      else
        known->second += each.pods;
    };
    count(first_);
    std::for_each(others_.begin(), others_.end(), count);
    return std::max_element(all.begin(), all.end(),
                            [&](const votes& a, const votes& b) {
                              if ((a.first == string_id::empty) != (b.first == string_id::empty))
                                return a.first == string_id::empty;
                              return a.second != b.second ? a.second < b.second
                                                          : strings.text(a.first) > strings.text(b.first);
                            })
        ->first;
  }

  /// As sets: their order does not matter.
  friend bool operator==(const report_counts& a, const report_counts& b) {
    return a.others_.size() == b.others_.size() && b.has(a.first_) &&
           std::all_of(a.others_.begin(), a.others_.end(), [&](const report& each) { return b.has(each); });
  }

private:
  struct report {
    pod_report said;
    std::uint32_t pods = 0;

    friend bool operator==(const report&, const report&) = default;
  };

  bool has(const report& wanted) const {
    return first_ == wanted || (first_.pods == 0 && wanted.pods == 0) ||
           std::find(others_.begin(), others_.end(), wanted) != others_.end();
  }

  std::vector<report>::iterator find_other(const pod_report& said) {
    return std::find_if(others_.begin(), others_.end(),
                        [&](const report& each) { return each.said == said; });
  }

  void add_other(const pod_report& said) {
    if (first_.pods == 0)
      first_ = {said, 1};
    else if (const auto known = find_other(said); known != others_.end())
      ++known->pods;
    else
      others_.push_back({said, 1});
  }

  /// The last pod that says what the first one counts, or any that says something else.
  void remove_last(const pod_report& said) {
    if (first_.said == said && first_.pods == 1) {
      first_ = others_.empty() ? report{} : others_.back();
      if (!others_.empty())
        others_.pop_back();
      return;
    }
    const auto known = find_other(said);
    invariant(known != others_.end() && "an image lost a report that it does not have");
    if (--known->pods > 0)
      return;
    *known = others_.back();
    others_.pop_back();
  }

  std::vector<report> others_; ///< none with no pods
  report first_;
};

} // namespace tallyman
