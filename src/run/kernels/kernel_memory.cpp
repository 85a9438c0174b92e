#include "run/kernels/kernel_memory.h"

#include <limits>
#include <new>

namespace webquant {
namespace {

KernelMemory* current_owner = nullptr;

}  // namespace

bool Scratch::reserve(size_t size_bytes) {
  if (size_bytes <= size_bytes_) return true;
  for (auto& piece : pieces_) {
    piece.reset(new (std::nothrow) int8_t[size_bytes]);
    if (!piece) {
      size_bytes_ = 0;
      return false;
    }
  }
  size_bytes_ = size_bytes;
  return true;
}

KernelMemory::Scope::Scope(KernelMemory& owner) { current_owner = &owner; }
KernelMemory::Scope::~Scope() { current_owner = nullptr; }

// Who creates operators without an owner gets them right, at the price of memory that is never freed.
KernelMemory& KernelMemory::current() {
  static KernelMemory never_freed;
  return current_owner ? *current_owner : never_freed;
}

void* KernelMemory::allocate(size_t size_bytes) {
  std::unique_ptr<std::byte[]> block(new (std::nothrow) std::byte[size_bytes]());
  failed_ |= !block;
  return block ? blocks_.emplace_back(std::move(block)).get() : nullptr;
}

void KernelMemory::reserve(uint64_t size_bytes) {
  const bool countable = size_bytes <= std::numeric_limits<ptrdiff_t>::max();
  failed_ |= !countable || !scratch_.reserve(static_cast<size_t>(size_bytes));
}

}  // namespace webquant
