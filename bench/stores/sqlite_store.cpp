#include "bench/stores/append_store.hpp"

#include <sqlite3.h>

namespace tallyman::bench {

namespace {

struct close_database {
  void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
};
struct finalize_statement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using database_handle = std::unique_ptr<sqlite3, close_database>;
using statement_handle = std::unique_ptr<sqlite3_stmt, finalize_statement>;

error sqlite_failure(sqlite3* database) {
  return {error_kind::io, std::string("SQLite: ") + sqlite3_errmsg(database)};
}

result<void> execute(sqlite3* database, const char* statements) {
  if (sqlite3_exec(database, statements, nullptr, nullptr, nullptr) != SQLITE_OK)
    return sqlite_failure(database);
  return {};
}

result<statement_handle> prepare(sqlite3* database, const char* text) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return sqlite_failure(database);
  return statement_handle(statement);
}

class sqlite_store final : public append_store {
public:
  sqlite_store(database_handle database, statement_handle begin, statement_handle insert,
               statement_handle commit)
      : database_(std::move(database)), begin_(std::move(begin)), insert_(std::move(insert)),
        commit_(std::move(commit)) {}

  result<void> append(std::span<const std::string_view> events) override {
    if (auto begun = run(*begin_); !begun)
      return begun;
    for (const std::string_view event : events) {
      // Null instead of SQLITE_TRANSIENT: the bytes stay where they are until the statement has run.
      sqlite3_bind_blob64(insert_.get(), 1, event.data(), event.size(), nullptr);
      if (auto inserted = run(*insert_); !inserted)
        return inserted;
    }
    return run(*commit_);
  }

  result<std::uint64_t> count() override {
    auto query = prepare(database_.get(), "SELECT count(*) FROM events");
    if (!query)
      return query.failure();
    if (sqlite3_step(query->get()) != SQLITE_ROW)
      return sqlite_failure(database_.get());
    return static_cast<std::uint64_t>(sqlite3_column_int64(query->get(), 0));
  }

private:
  result<void> run(sqlite3_stmt& statement) {
    const bool done = sqlite3_step(&statement) == SQLITE_DONE;
    sqlite3_reset(&statement);
    if (!done)
      return sqlite_failure(database_.get());
    return {};
  }

  database_handle database_; ///< first, so that the statements go before it
  statement_handle begin_;
  statement_handle insert_;
  statement_handle commit_;
};

} // namespace

result<std::unique_ptr<append_store>> make_sqlite_store(const std::string& directory, const append_plan&) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open((directory + "/events.db").c_str(), &opened);
  database_handle database(opened);
  if (status != SQLITE_OK)
    return sqlite_failure(opened);
  // Exclusive locking keeps the log's index on the heap. Thousand events/s at batches of 1,000, two runs, of
  // pages of 4 KiB with a checkpoint each 4 / 16 MiB: 893, 942 / 1,111, 993; of 16 KiB with 4 / 16 / 64 MiB:
  // 1,021, 1,014 / 1,364, 1,187 / 1,821, 1,746; of 64 KiB with 16 MiB: 1,334, 1,222.
  auto ready =
      execute(opened, "PRAGMA page_size=16384; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
                      "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4096; PRAGMA cache_size=-65536;"
                      "CREATE TABLE events(sequence INTEGER PRIMARY KEY, event BLOB)");
  if (!ready)
    return ready.failure();
  auto begin = prepare(opened, "BEGIN IMMEDIATE");
  auto insert = prepare(opened, "INSERT INTO events(event) VALUES(?)");
  auto commit = prepare(opened, "COMMIT");
  if (!begin || !insert || !commit)
    return sqlite_failure(opened);
  return std::unique_ptr<append_store>(std::make_unique<sqlite_store>(
      std::move(database), std::move(*begin), std::move(*insert), std::move(*commit)));
}

} // namespace tallyman::bench
