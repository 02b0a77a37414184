#include "support/simulated_storage.hpp"

#include "support/simulated_file.hpp"

#include <algorithm>

namespace tallyman::journal {

namespace {

std::string folder_of(const std::string& path) {
  return path.substr(0, path.find_last_of('/'));
}

} // namespace

simulated_storage::simulated_storage(std::uint64_t seed) : random_(seed) {}
simulated_storage::~simulated_storage() = default;

// -- faults ----------------------------------------------------------------------------------------------

void simulated_storage::power_loss(loss kind) {
  const std::lock_guard guard(mutex_);
  for (const name_change& change : unsynced_names_)
    if (kind == loss::nothing || (kind == loss::subset && random_() % 2 == 0))
      apply(change, durable_names_);
  unsynced_names_.clear();
  names_ = durable_names_;
  for (auto& [name, node] : names_) {
    if (kind == loss::nothing)
      node->durable = node->cached;
    if (kind == loss::subset)
      keep_subset(*node);
    node->dirty.clear();
    node->lost.clear();
    node->cached = node->durable;
  }
  drop_handles();
}

void simulated_storage::kill_process() {
  const std::lock_guard guard(mutex_);
  drop_handles();
}

void simulated_storage::drop_handles() {
  ++generation_;
  locks_.clear();
  stopped_ = false;
  stop_countdown_ = 0;
}

void simulated_storage::fail_sync(std::uint64_t nth) {
  const std::lock_guard guard(mutex_);
  sync_countdown_ = nth;
}

void simulated_storage::fail_write(std::uint64_t nth) {
  const std::lock_guard guard(mutex_);
  write_countdown_ = nth;
}

void simulated_storage::misdirect_write(std::uint64_t nth) {
  const std::lock_guard guard(mutex_);
  misdirect_countdown_ = nth;
}

void simulated_storage::lose_write(std::uint64_t nth) {
  const std::lock_guard guard(mutex_);
  lose_countdown_ = nth;
}

void simulated_storage::rot(const std::string& path) {
  const std::lock_guard guard(mutex_);
  inode& node = *names_.at(path);
  if (node.cached.empty())
    return;
  const std::size_t at = random_() % node.cached.size();
  const auto flipped = static_cast<char>(node.durable[at] ^ (1 << random_() % 8));
  node.cached[at] = node.durable[at] = flipped;
}

void simulated_storage::fail_read(std::uint64_t nth) {
  const std::lock_guard guard(mutex_);
  read_countdown_ = nth;
}

void simulated_storage::fail_rename(std::uint64_t nth) {
  const std::lock_guard guard(mutex_);
  rename_countdown_ = nth;
}

void simulated_storage::stop_at(std::uint64_t nth) {
  const std::lock_guard guard(mutex_);
  stop_countdown_ = nth;
}

bool simulated_storage::stopped() const {
  const std::lock_guard guard(mutex_);
  return stopped_;
}

void simulated_storage::set_capacity(std::uint64_t bytes) {
  const std::lock_guard guard(mutex_);
  capacity_ = bytes;
}

void simulated_storage::clear_faults() {
  const std::lock_guard guard(mutex_);
  sync_countdown_ = write_countdown_ = read_countdown_ = rename_countdown_ = stop_countdown_ = 0;
  misdirect_countdown_ = lose_countdown_ = 0;
  capacity_.reset();
}

bool simulated_storage::strikes(std::uint64_t& countdown) {
  return countdown != 0 && --countdown == 0;
}

// -- a look from outside ---------------------------------------------------------------------------------

std::uint64_t simulated_storage::operations() const {
  const std::lock_guard guard(mutex_);
  return operations_;
}

std::string simulated_storage::content(const std::string& path) const {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(path);
  return found == names_.end() ? std::string() : found->second->cached;
}

void simulated_storage::set_content(const std::string& path, std::string bytes) {
  const std::lock_guard guard(mutex_);
  auto node = std::make_shared<inode>();
  node->cached = bytes;
  node->durable = std::move(bytes);
  names_[path] = node;
  durable_names_[path] = node;
}

std::map<std::string, std::string> simulated_storage::image() const {
  const std::lock_guard guard(mutex_);
  std::map<std::string, std::string> all;
  for (const std::string& folder : directories_)
    all.emplace(folder + '/', std::string());
  for (const auto& [name, node] : names_)
    all.emplace(name, node->cached);
  return all;
}

std::vector<std::string> simulated_storage::files() const {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> found;
  for (const auto& [name, node] : names_)
    found.push_back(name);
  return found;
}

// -- storage ---------------------------------------------------------------------------------------------

result<std::unique_ptr<file>> simulated_storage::open(const std::string& path, open_mode mode) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("open", path, generation_))
    return *dead;
  auto found = names_.find(path);
  const bool creates = mode == open_mode::create || mode == open_mode::create_direct;
  const bool direct = mode == open_mode::direct || mode == open_mode::create_direct;
  if (!creates && found == names_.end())
    return simulated_failure("open", path, "No such file or directory");
  if (creates) {
    if (directories_.count(folder_of(path)) == 0)
      return simulated_failure("open", path, "No such file or directory");
    if (!change_begins())
      return simulated_failure("open", path, "the process was stopped");
    change_name({"", path, std::make_shared<inode>()});
    found = names_.find(path);
  }
  return std::unique_ptr<file>(
      std::make_unique<simulated_file>(*this, found->second, path, generation_, direct));
}

result<void> simulated_storage::make_directory(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("mkdir", path, generation_))
    return *dead;
  directories_.insert(path);
  return {};
}

result<std::vector<std::string>> simulated_storage::list(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("opendir", path, generation_))
    return *dead;
  std::vector<std::string> found;
  for (const auto& [name, node] : names_)
    if (folder_of(name) == path)
      found.push_back(name.substr(path.size() + 1));
  return found;
}

result<bool> simulated_storage::exists(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("stat", path, generation_))
    return *dead;
  return names_.count(path) != 0 || directories_.count(path) != 0;
}

result<void> simulated_storage::rename(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("rename", from, generation_))
    return *dead;
  if (directories_.count(from) != 0)
    return rename_folder(from, to);
  const auto found = names_.find(from);
  if (found == names_.end())
    return simulated_failure("rename", from, "No such file or directory");
  if (!change_begins())
    return simulated_failure("rename", from, "the process was stopped");
  if (strikes(rename_countdown_))
    return simulated_failure("rename", from, "Input/output error");
  change_name({from, to, found->second});
  return {};
}

/// At once, on the disk too, as all that concerns folders.
result<void> simulated_storage::rename_folder(const std::string& from, const std::string& to) {
  if (!change_begins())
    return simulated_failure("rename", from, "the process was stopped");
  if (strikes(rename_countdown_))
    return simulated_failure("rename", from, "Input/output error");
  const auto moved = [&](const std::string& path) {
    return path == from || path.starts_with(from + "/") ? to + path.substr(from.size()) : path;
  };
  for (names* of : {&names_, &durable_names_}) {
    names renamed;
    for (const auto& [path, node] : *of)
      renamed.emplace(moved(path), node);
    *of = std::move(renamed);
  }
  for (name_change& change : unsynced_names_) {
    change.unbound = moved(change.unbound);
    change.bound = moved(change.bound);
  }
  std::set<std::string> folders;
  for (const std::string& folder : directories_)
    folders.insert(moved(folder));
  directories_ = std::move(folders);
  return {};
}

result<void> simulated_storage::remove(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("unlink", path, generation_))
    return *dead;
  if (directories_.erase(path) != 0 || names_.count(path) == 0)
    return {};
  if (!change_begins())
    return simulated_failure("unlink", path, "the process was stopped");
  change_name({path, "", nullptr});
  return {};
}

result<void> simulated_storage::sync_directory(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("fsync", path, generation_))
    return *dead;
  if (!change_begins())
    return simulated_failure("fsync", path, "the process was stopped");
  if (strikes(sync_countdown_))
    return simulated_failure("fsync", path, "Input/output error");
  std::vector<name_change> others;
  for (name_change& change : unsynced_names_) {
    const std::string& name = change.bound.empty() ? change.unbound : change.bound;
    if (folder_of(name) == path)
      apply(change, durable_names_);
    else
      others.push_back(std::move(change));
  }
  unsynced_names_ = std::move(others);
  return {};
}

result<std::unique_ptr<file_lock>> simulated_storage::lock(const std::string& path, std::string_view holder) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("lock", path, generation_))
    return *dead;
  const auto [held, taken] = locks_.emplace(path, holder);
  if (!taken)
    return error{error_kind::busy,
                 path + " is held by process " + held->second + ", which writes this journal; stop it first"};
  return std::unique_ptr<file_lock>(std::make_unique<simulated_lock>(*this, path, generation_));
}

result<std::optional<std::string>> simulated_storage::lock_holder(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (auto dead = enter("lock", path, generation_))
    return *dead;
  const auto held = locks_.find(path);
  return held == locks_.end() ? std::optional<std::string>() : std::optional<std::string>(held->second);
}

// -- inside ----------------------------------------------------------------------------------------------

std::optional<error> simulated_storage::enter(std::string_view call, const std::string& path,
                                              std::uint64_t generation) {
  if (stopped_ || generation != generation_)
    return simulated_failure(call, path, "the process was stopped");
  return std::nullopt;
}

/// Counts a changing call; false if the process stops in the middle of it.
bool simulated_storage::change_begins() {
  ++operations_;
  if (!strikes(stop_countdown_))
    return true;
  stopped_ = true;
  return false;
}

void simulated_storage::change_name(name_change change) {
  apply(change, names_);
  unsynced_names_.push_back(std::move(change));
}

void simulated_storage::apply(const name_change& change, names& to) {
  if (!change.unbound.empty())
    to.erase(change.unbound);
  if (!change.bound.empty())
    to[change.bound] = change.bound_to;
}

std::uint64_t simulated_storage::used() const {
  std::uint64_t bytes = 0;
  for (const auto& [name, node] : names_)
    bytes += node->cached.size();
  return bytes;
}

} // namespace tallyman::journal
