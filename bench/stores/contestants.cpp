#include "bench/stores/append_bench.hpp"
#include "bench/stores/append_store.hpp"

namespace tallyman::bench {

const std::vector<contestant>& contestants() {
  static const std::vector<contestant> all{
      {raw_name, "pwrite + fdatasync of ready batches from a block boundary on, into a zero-filled file", 1,
       make_raw_store},
      {journal_name, "append_durably of each batch, segment filled with zeros beforehand", 1,
       make_journal_store},
      {journal_pipelined_name,
       "the next batch fills while one syncs, none larger than the others' (at 1: 38)", 1,
       make_pipelined_journal_store},
      {journal_rolling_name,
       "pipelined, defaults: new segments are filled with zeros and rolled to meanwhile", 5,
       make_rolling_journal_store},
      {rocksdb_name, "WriteBatch, sync, recycled logs, vector memtable of 64 MiB, no compression", 4,
       make_rocksdb_store},
      {sqlite_name, "WAL, FULL, exclusive, one transaction a batch, pages of 16 KiB, checkpoint each 64 MiB",
       4, make_sqlite_store},
      {lmdb_name, "default sync, MDB_APPEND, one transaction a batch", 1, make_lmdb_store},
  };
  return all;
}

} // namespace tallyman::bench
