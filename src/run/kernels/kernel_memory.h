// Memory of the INT8 kernels beside what XNNPACK allocates: a session owns it, and everything that its kernels write
// to while they run.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace webquant {

/// Room in which kernels rearrange activations: a piece for each thread of a session.
class Scratch {
 public:
  explicit Scratch(size_t threads) : pieces_(threads), used_(threads) {}

  /// One piece, until the lease ends. There are as many pieces as threads that may ask for one.
  class Lease {
   public:
    explicit Lease(Scratch& scratch) : scratch_(scratch), index_(scratch.take()) {}
    ~Lease() { scratch_.used_[index_].store(false, std::memory_order_release); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    int8_t* data() const { return scratch_.pieces_[index_].get(); }
    size_t size() const { return scratch_.size_bytes_; }

   private:
    Scratch& scratch_;
    size_t index_;
  };

  /// Makes all pieces at least this large; no kernel may be running. False if there is no memory.
  bool reserve(size_t size_bytes);

 private:
  size_t take() {
    for (size_t i = 0;; i = (i + 1) % used_.size()) {
      if (!used_[i].exchange(true, std::memory_order_acquire)) return i;
    }
  }

  std::vector<std::unique_ptr<int8_t[]>> pieces_;
  std::vector<std::atomic<bool>> used_;
  size_t size_bytes_ = 0;
};

/// What the kernels of one session need beside the weights packed by XNNPACK. It must outlive the operators created in
/// its Scope.
class KernelMemory {
 public:
  /// Operators created while it lives belong to `owner`. Scopes do not nest, and sessions are created on one thread.
  class Scope {
   public:
    explicit Scope(KernelMemory& owner);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
  };

  /// `threads` is how many of them may run the session's operators at the same time.
  explicit KernelMemory(size_t threads = 1) : scratch_(threads) {}

  /// Of the operator being created.
  static KernelMemory& current();

  /// Whether there was no memory for some; the operators must not be run then.
  bool failed() const { return failed_; }

  /// Zeroed memory, or null.
  template <class T>
  T* allocate(size_t count) {
    return static_cast<T*>(allocate(count * sizeof(T)));
  }

  /// Sees to it that each piece of scratch() has this size, which 32 bits may be too few for.
  void reserve(uint64_t size_bytes);

  Scratch& scratch() { return scratch_; }

 private:
  void* allocate(size_t size_bytes);

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  Scratch scratch_;
  bool failed_ = false;
};

}  // namespace webquant
