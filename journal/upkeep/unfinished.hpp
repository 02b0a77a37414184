#pragma once

#include "base/result.hpp"
#include "journal/storage/storage.hpp"
#include "journal/unfinished_name.hpp"

#include <string>

namespace tallyman::journal {

/// A journal in the making, under a name of its own (unfinished_name). It gets the final one when all of it
/// is there, so that under that there is never half a journal.
class unfinished_journal {
public:
  /// `name` without slashes at its end; it must not exist, which the caller has checked.
  unfinished_journal(storage& disk, std::string name)
      : disk_(disk), name_(std::move(name)), path_(unfinished_name(name_)) {}

  const std::string& path() const noexcept { return path_; }
  const std::string& name() const noexcept { return name_; }

  /// Removes what an earlier try that was killed left behind, then makes the journal's empty folders.
  result<void> begin();

  /// Gives it its name, on the disk too, or removes it. Everything in it has been synced.
  result<void> publish();

  /// Removes it.
  result<void> remove();

private:
  storage& disk_;
  std::string name_;
  std::string path_;
};

/// `path` without the slashes at its end.
std::string without_slashes(std::string path);

/// Whether a journal may be made as `name`, from the one in `from`. Fails with usage if `name` is empty or
/// exists, or if `from` is where it would be in the making.
result<void> check_new_name(storage& disk, const std::string& from, const std::string& name);

} // namespace tallyman::journal
