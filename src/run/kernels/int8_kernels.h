// INT8 matrix products in place of XNNPACK's, for x86 processors where WebAssembly cannot reach dot products of bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace webquant {

/// Weights that these kernels need beside the ones packed by XNNPACK. Must outlive the operators created in its Scope.
class ExtraWeights {
 public:
  /// Operators created while it lives keep their extra weights in `owner`. Scopes do not nest.
  class Scope {
   public:
    explicit Scope(ExtraWeights& owner);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
  };

  /// Of the operator being created.
  static ExtraWeights& current();

  /// Whether there was no memory for some; the operators must not be run then.
  bool failed() const { return failed_; }

  /// Zeroed memory, or null.
  template <class T>
  T* allocate(size_t count) {
    return static_cast<T*>(allocate(count * sizeof(T)));
  }

  /// Sees to it that there is room to rearrange rows in, which have `taps` times `channels` values. All operators share
  /// it.
  void reserve_rows(size_t taps, size_t channels);

 private:
  void* allocate(size_t size_bytes);

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  bool failed_ = false;
};

/// Makes XNNPACK use these kernels for static INT8 convolutions and fully connected layers where the processor is one
/// that gains from them. Call it after xnn_initialize(), before operators are created.
void install_int8_kernels();

}  // namespace webquant
