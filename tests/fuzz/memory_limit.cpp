#include "fuzz/memory_limit.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

// Plain malloc underneath, so that the address sanitizer still sees every block.
std::atomic<std::size_t> live_bytes{0};
std::atomic<std::size_t> most_bytes{0};
std::size_t start_bytes = 0;
std::atomic<std::size_t> limit_bytes{static_cast<std::size_t>(-1)};

void* counted(void* block) {
  if (block == nullptr)
    return nullptr;
  const std::size_t now = live_bytes += ::malloc_usable_size(block);
  if (now > most_bytes)
    most_bytes = now;
  if (now > limit_bytes) {
    const std::size_t start = start_bytes;
    const std::size_t limit = limit_bytes;
    limit_bytes = static_cast<std::size_t>(-1);
    std::fprintf(stderr, "%zu bytes in use, the limit for this input is %zu\n", now - start, limit - start);
    std::abort();
  }
  return block;
}

void* allocate(std::size_t size) {
  return counted(std::malloc(size == 0 ? 1 : size));
}

void* allocate(std::size_t size, std::align_val_t alignment) {
  const auto align = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(align, (size + align - 1) / align * align));
}

void* or_throw(void* block) {
  if (block == nullptr)
    throw std::bad_alloc{};
  return block;
}

void release(void* block) noexcept {
  if (block != nullptr)
    live_bytes -= ::malloc_usable_size(block);
  std::free(block);
}

} // namespace

void* operator new(std::size_t size) {
  return or_throw(allocate(size));
}
void* operator new[](std::size_t size) {
  return or_throw(allocate(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
void operator delete(void* block) noexcept {
  release(block);
}
void operator delete[](void* block) noexcept {
  release(block);
}
void operator delete(void* block, std::size_t) noexcept {
  release(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  release(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
  release(block);
}
void operator delete[](void* block, std::align_val_t) noexcept {
  release(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  release(block);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  release(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  release(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  release(block);
}

namespace tallyman::testing {

memory_limit::memory_limit(std::size_t bytes) {
  start_bytes = live_bytes;
  most_bytes = start_bytes;
  limit_bytes = start_bytes + bytes;
}

memory_limit::~memory_limit() {
  limit_bytes = static_cast<std::size_t>(-1);
}

std::size_t memory_limit::peak_bytes() const {
  return most_bytes - start_bytes;
}

} // namespace tallyman::testing
