#pragma once

#include "support/simulated_storage.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>

namespace tallyman::journal {

/// How a call of the simulated disk fails.
error simulated_failure(std::string_view call, const std::string& path, std::string_view reason);

/// A file's content: what processes see, and what the disk holds.
struct simulated_storage::inode {
  std::string cached;
  std::string durable;
  std::set<std::size_t> dirty; ///< pages that the next sync writes
  std::set<std::size_t> lost;  ///< pages that differ, but that the kernel takes for clean
};

/// An open file of the simulated disk.
class simulated_file final : public file {
public:
  simulated_file(simulated_storage& disk, std::shared_ptr<simulated_storage::inode> node, std::string path,
                 std::uint64_t generation, bool direct);
  ~simulated_file() override;

  result<std::size_t> read_at(std::uint64_t offset, void* into, std::size_t size) override;
  result<void> write_at(std::uint64_t offset, std::string_view bytes) override;
  result<void> sync() override;
  result<std::uint64_t> size() override;
  result<void> forget_cache() override;
  const std::string& path() const override { return path_; }

private:
  simulated_storage& disk_;
  std::shared_ptr<simulated_storage::inode> node_;
  std::string path_;
  std::uint64_t generation_;
  bool direct_;
};

/// A held lock of the simulated disk. One that died with its process releases nothing.
class simulated_lock final : public file_lock {
public:
  simulated_lock(simulated_storage& disk, std::string path, std::uint64_t generation)
      : disk_(disk), path_(std::move(path)), generation_(generation) {}
  ~simulated_lock() override;

private:
  simulated_storage& disk_;
  std::string path_;
  std::uint64_t generation_;
};

} // namespace tallyman::journal
