#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace tallyman {

/// Names a string of one cluster's `string_table`. 0 is the empty string. Two ids of one table are equal
/// if and only if their strings are. Ids say nothing about order and differ from table to table.
enum class string_id : std::uint32_t { empty = 0 };

/// The strings that repeat in one cluster's events (images, namespaces, nodes, kinds, ...), each stored once.
///
/// Threads: `intern` and `define` take a lock; `text` and `size` do not, and may run beside them.
/// Lifetime: a string is never moved or freed before its table.
/// Bound: what is unique to one object (pod names, workload names) must not be interned.
class string_table {
public:
  string_table();
  ~string_table();

  string_table(const string_table&) = delete;
  string_table& operator=(const string_table&) = delete;

  /// The id of `text`, newly given if there is none yet. Ids are given in sequence, from the first
  /// behind the well-known ones on (messages/well_known.hpp).
  string_id intern(std::string_view text);

  /// Gives `id` its text while a journal or a snapshot is replayed. Ids come in the order in which they
  /// were given; returns false, and changes nothing, if `id` is not the next one.
  bool define(string_id id, std::string_view text);

  /// The string behind an id of this table. Aborts on an id that was never given.
  std::string_view text(string_id id) const;

  /// Whether `id` was given: what a decoder must ask before it believes an id from a file.
  bool contains(string_id id) const noexcept {
    return static_cast<std::uint32_t>(id) < size_.load(std::memory_order_acquire);
  }

  /// Number of ids given, the empty string included: every id below it is valid.
  std::uint32_t size() const noexcept { return size_.load(std::memory_order_acquire); }

private:
  // Chunk k holds 2^(k + first_chunk_bits) strings, so growth never moves a string and `text` needs no lock.
  static constexpr unsigned first_chunk_bits = 10;
  static constexpr unsigned chunk_count = 32 - first_chunk_bits;

  struct location {
    unsigned chunk;
    std::uint32_t slot;
  };
  static location locate(std::uint32_t index) noexcept;
  string_id push(std::string_view text);

  mutable std::mutex mutex_; // guards: ids_, and adding to chunks_ and size_, which are read without it
  absl::flat_hash_map<std::string_view, string_id> ids_;
  std::array<std::atomic<std::string*>, chunk_count> chunks_{};
  std::atomic<std::uint32_t> size_{0};
};

/// A thread's own view of a `string_table`: finds strings it has seen before without the table's lock.
/// Keep one per source thread; it must not outlive the table.
class interner {
public:
  explicit interner(string_table& table) : table_(&table) {}

  string_id operator()(std::string_view text);
  const string_table& table() const noexcept { return *table_; }

private:
  string_table* table_;
  absl::flat_hash_map<std::string_view, string_id> seen_;
};

} // namespace tallyman
