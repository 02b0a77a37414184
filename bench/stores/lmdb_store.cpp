#include "bench/stores/append_store.hpp"
#include "bench/stores/sequence_key.hpp"

#include <lmdb.h>

namespace tallyman::bench {

namespace {

/// Address space, not disk space: more than a run writes. MDB_WRITEMAP was slower: 1.0 million events/s at
/// batches of 1,000, against 1.9.
constexpr std::size_t map_bytes = std::size_t{8} << 30;

struct close_environment {
  void operator()(MDB_env* environment) const noexcept { mdb_env_close(environment); }
};
using environment_handle = std::unique_ptr<MDB_env, close_environment>;

struct abort_transaction {
  void operator()(MDB_txn* transaction) const noexcept { mdb_txn_abort(transaction); }
};
using transaction_handle = std::unique_ptr<MDB_txn, abort_transaction>;

error lmdb_failure(int status) {
  return {error_kind::io, std::string("LMDB: ") + mdb_strerror(status)};
}

result<transaction_handle> begin(MDB_env* environment) {
  MDB_txn* transaction = nullptr;
  if (const int status = mdb_txn_begin(environment, nullptr, 0, &transaction); status != 0)
    return lmdb_failure(status);
  return transaction_handle(transaction);
}

/// The transaction is gone afterwards, committed or not.
result<void> commit(transaction_handle transaction) {
  if (const int status = mdb_txn_commit(transaction.release()); status != 0)
    return lmdb_failure(status);
  return {};
}

class lmdb_store final : public append_store {
public:
  lmdb_store(environment_handle environment, MDB_dbi events)
      : environment_(std::move(environment)), events_(events) {}

  result<void> append(std::span<const std::string_view> events) override {
    auto transaction = begin(environment_.get());
    if (!transaction)
      return transaction.failure();
    for (const std::string_view event : events) {
      auto bytes = sequence_key(++last_);
      MDB_val key{bytes.size(), bytes.data()};
      MDB_val value{event.size(), const_cast<char*>(event.data())};
      if (const int status = mdb_put(transaction->get(), events_, &key, &value, MDB_APPEND); status != 0)
        return lmdb_failure(status);
    }
    return commit(std::move(*transaction));
  }

  result<std::uint64_t> count() override {
    auto transaction = begin(environment_.get());
    if (!transaction)
      return transaction.failure();
    MDB_stat facts;
    if (const int status = mdb_stat(transaction->get(), events_, &facts); status != 0)
      return lmdb_failure(status);
    return facts.ms_entries;
  }

private:
  environment_handle environment_;
  MDB_dbi events_;
  std::uint64_t last_ = 0;
};

} // namespace

result<std::unique_ptr<append_store>> make_lmdb_store(const std::string& directory, const append_plan&) {
  MDB_env* created = nullptr;
  if (const int status = mdb_env_create(&created); status != 0)
    return lmdb_failure(status);
  environment_handle environment(created);
  mdb_env_set_mapsize(created, map_bytes);
  if (const int status = mdb_env_open(created, directory.c_str(), 0, 0644); status != 0)
    return lmdb_failure(status);
  auto transaction = begin(created);
  if (!transaction)
    return transaction.failure();
  MDB_dbi events = 0;
  if (const int status = mdb_dbi_open(transaction->get(), nullptr, 0, &events); status != 0)
    return lmdb_failure(status);
  if (auto committed = commit(std::move(*transaction)); !committed)
    return committed.failure();
  return std::unique_ptr<append_store>(std::make_unique<lmdb_store>(std::move(environment), events));
}

} // namespace tallyman::bench
