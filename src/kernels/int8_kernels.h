// INT8 matrix products for x86 processors without AVX-VNNI, in place of XNNPACK's.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace webquant {

#ifdef __wasm_relaxed_simd__

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

  /// Whether there was no memory for some; the operators must not be run then.
  bool failed() const { return failed_; }

  /// Zeroed memory for an operator being created, or null.
  static void* allocate(size_t size_bytes);

 private:
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  bool failed_ = false;
};

/// Makes XNNPACK use these kernels for static INT8 convolutions and fully connected layers where the processor is one
/// that gains from them. Call it after xnn_initialize(), before operators are created.
void install_int8_kernels();

#else  // plain SIMD has no instruction for them

struct ExtraWeights {
  struct Scope {
    explicit Scope(ExtraWeights&) {}
    ~Scope() {}
  };
  bool failed() const { return false; }
};

inline void install_int8_kernels() {}

#endif

}  // namespace webquant
