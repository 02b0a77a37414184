#pragma once

#include "journal/storage/storage.hpp"

#include <string>

namespace tallyman::journal {

/// The error of a failed system call: "<call> <path> [at <offset>]: <reason of errno>".
error system_failure(std::string_view call, std::string_view path, int number);

/// A file descriptor behind the file interface. Owns the descriptor.
class disk_file final : public file {
public:
  disk_file(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~disk_file() override;
  disk_file(const disk_file&) = delete;
  disk_file& operator=(const disk_file&) = delete;

  result<std::size_t> read_at(std::uint64_t offset, void* into, std::size_t size) override;
  result<void> write_at(std::uint64_t offset, std::string_view bytes) override;
  result<void> sync() override;
  result<std::uint64_t> size() override;
  result<void> forget_cache() override;
  const std::string& path() const override { return path_; }
  int descriptor() const noexcept { return descriptor_; }

private:
  error failed(std::string_view call, std::uint64_t offset) const;

  int descriptor_;
  std::string path_;
};

} // namespace tallyman::journal
