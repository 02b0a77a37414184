#include "journal/upkeep/unfinished.hpp"

#include "journal/format/failure.hpp"
#include "journal/format/segment.hpp"
#include "journal/snapshot/snapshot_store.hpp"
#include "journal/write/creation.hpp"

namespace tallyman::journal {

result<void> unfinished_journal::begin() {
  if (auto removed = remove(); !removed)
    return removed;
  auto made = make_directories(disk_, path_);
  if (!made)
    (void)remove();
  return made;
}

result<void> unfinished_journal::publish() {
  if (auto renamed = disk_.rename(path_, name_); !renamed) {
    (void)remove();
    return renamed;
  }
  return disk_.sync_directory(parent_of(name_));
}

result<void> unfinished_journal::remove() {
  for (const std::string& folder :
       {segments_directory(path_), snapshots_directory(path_), path_ + "/quarantine", path_}) {
    auto names = disk_.list(folder);
    if (!names)
      return names.failure();
    for (const std::string& name : *names) {
      std::string path = folder;
      path.append("/").append(name);
      if (auto removed = disk_.remove(path); !removed)
        return removed;
    }
    if (auto removed = disk_.remove(folder); !removed)
      return removed;
  }
  return {};
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

result<void> check_new_name(storage& disk, const std::string& from, const std::string& name) {
  if (name.empty())
    return usage_failure("the directory of the new journal is empty; name one that does not exist");
  auto taken = disk.exists(name);
  if (!taken)
    return taken.failure();
  if (*taken)
    return usage_failure(name + " exists already; name a directory that does not");
  if (unfinished_name(name) == without_slashes(from))
    return usage_failure(from + " is where " + name + " would be in the making; name another directory");
  return {};
}

} // namespace tallyman::journal
