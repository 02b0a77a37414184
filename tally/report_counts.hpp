#pragma once

#include "base/invariant.hpp"
#include "messages/string_table.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tallyman {

/// What the pods of an image say of something (their runtime, their operating system): how many say what.
/// Nearly always all say the same, which is counted in place.
class report_counts {
public:
  void add(string_id said) {
    if (first_.said == said)
      ++first_.pods;
    else
      add_other(said);
  }

  /// One pod less says `said`, which was added.
  void remove(string_id said) {
    if (first_.said == said && first_.pods > 1)
      --first_.pods;
    else
      remove_last(said);
  }

  /// What most say; of what as many say, the first by its text. Whoever says nothing has no vote, unless
  /// nobody says anything.
  string_id most(const string_table& strings) const {
    auto best = first_;
    for (const auto& other : others_) {
      const bool other_says = other.said != string_id::empty;
      if (other_says != (best.said != string_id::empty)
              ? other_says
              : other.pods > best.pods ||
                    (other.pods == best.pods && strings.text(other.said) < strings.text(best.said)))
        best = other;
    }
    return best.pods == 0 ? string_id::empty : best.said;
  }

  /// As sets: their order does not matter.
  friend bool operator==(const report_counts& a, const report_counts& b) {
    return a.others_.size() == b.others_.size() && b.has(a.first_) &&
           std::all_of(a.others_.begin(), a.others_.end(), [&](const report& each) { return b.has(each); });
  }

private:
  struct report {
    string_id said{};
    std::uint32_t pods = 0;

    friend bool operator==(const report&, const report&) = default;
  };

  bool has(const report& wanted) const {
    return first_ == wanted || (first_.pods == 0 && wanted.pods == 0) ||
           std::find(others_.begin(), others_.end(), wanted) != others_.end();
  }

  std::vector<report>::iterator find_other(string_id said) {
    return std::find_if(others_.begin(), others_.end(),
                        [&](const report& each) { return each.said == said; });
  }

  void add_other(string_id said) {
    if (first_.pods == 0)
      first_ = {said, 1};
    else if (const auto known = find_other(said); known != others_.end())
      ++known->pods;
    else
      others_.push_back({said, 1});
  }

  /// The last pod that says what the first one counts, or any that says something else.
  void remove_last(string_id said) {
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

  report first_;
  std::vector<report> others_; ///< none with no pods
};

} // namespace tallyman
