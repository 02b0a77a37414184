#include "base/invariant.hpp"
#include "journal/format/failure.hpp"
#include "journal/format/snapshot_layout.hpp"
#include "journal/snapshot/snapshot_file.hpp"
#include "journal/snapshot/snapshot_store.hpp"

#include <cstring>

namespace tallyman::journal {

namespace {

constexpr std::size_t drain_bytes = std::size_t{1} << 20;

} // namespace

snapshot_writer::snapshot_writer(storage& disk, std::string directory, const journal_id& id,
                                 std::uint64_t sequence, hooks after)
    : disk_(disk), directory_(std::move(directory)),
      temporary_path_(snapshot_path(directory_, sequence) + ".tmp"), id_(id), sequence_(sequence),
      hooks_(std::move(after)) {}

result<std::unique_ptr<snapshot_writer>> snapshot_writer::create(storage& disk, const std::string& directory,
                                                                 const journal_id& id, std::uint64_t sequence,
                                                                 hooks after) {
  std::unique_ptr<snapshot_writer> made(new snapshot_writer(disk, directory, id, sequence, std::move(after)));
  auto opened = disk.open(made->temporary_path_, open_mode::create);
  if (!opened)
    return opened.failure();
  made->file_ = std::move(*opened);
  if (auto put = made->put(encode_snapshot_header({id, sequence})); !put)
    return put.failure();
  return made;
}

snapshot_writer::~snapshot_writer() {
  abandon();
}

result<void> snapshot_writer::add_block(std::uint16_t type, std::string_view bytes) {
  invariant(!finished_ && "a block was added to a finished snapshot");
  if (failure_)
    return *failure_;
  if (bytes.size() > snapshot_block_bytes_max)
    return fail(usage_failure("snapshot block of " + std::to_string(bytes.size()) + " bytes, the limit is " +
                              std::to_string(snapshot_block_bytes_max)));
  snapshot_block_header header;
  header.type = type;
  header.size = static_cast<std::uint32_t>(bytes.size());
  header.index = static_cast<std::uint32_t>(block_count_);
  ++block_count_;
  if (auto done = put(encode_block_header(header, bytes)); !done)
    return done;
  return put(bytes);
}

result<void> snapshot_writer::commit() {
  invariant(!finished_ && "a snapshot was committed twice");
  if (failure_)
    return *failure_;
  if (auto sealed = seal(); !sealed)
    return fail(sealed.failure());
  const std::string path = snapshot_path(directory_, sequence_);
  if (auto renamed = disk_.rename(temporary_path_, path); !renamed)
    return fail(renamed.failure());
  finished_ = true;
  if (auto synced = disk_.sync_directory(snapshots_directory(directory_)); !synced)
    return fail(synced.failure());
  if (auto published = hooks_.publish(); !published)
    return fail(published.failure());
  return {};
}

/// Footer, sync, and the whole file read back from the disk.
result<void> snapshot_writer::seal() {
  auto chain = hooks_.settle();
  if (!chain)
    return chain.failure();
  if (auto drained = drain(); !drained)
    return drained;
  const std::string footer = encode_snapshot_footer(
      {block_count_, sequence_, *chain, written_ + snapshot_footer_bytes, whole_.value()});
  if (auto written = file_->write_at(written_, footer); !written)
    return written;
  if (auto synced = file_->sync(); !synced)
    return synced;
  if (auto forgotten = file_->forget_cache(); !forgotten)
    return forgotten;
  auto read_back = verify_snapshot(disk_, temporary_path_, id_);
  if (!read_back)
    return read_back.failure();
  invariant(read_back->sequence == sequence_ && "another snapshot's file was read back");
  return {};
}

result<void> snapshot_writer::put(std::string_view bytes) {
  if (pending_.size() + bytes.size() > drain_bytes && !pending_.empty())
    if (auto drained = drain(); !drained)
      return fail(drained.failure());
  if (!bytes.empty())
    std::memcpy(pending_.extend(bytes.size()), bytes.data(), bytes.size());
  return {};
}

result<void> snapshot_writer::drain() {
  const std::string_view bytes = as_text(pending_.data(), pending_.size());
  whole_.add(bytes);
  if (auto written = file_->write_at(written_, bytes); !written)
    return written;
  written_ += bytes.size();
  pending_.clear();
  return {};
}

result<void> snapshot_writer::fail(error failure) {
  failure_ = failure;
  abandon();
  return failure;
}

/// Best effort: what stays behind is removed when the log is opened next.
void snapshot_writer::abandon() {
  if (finished_)
    return;
  file_.reset();
  (void)disk_.remove(temporary_path_);
}

} // namespace tallyman::journal
