// What the relaxed dot product of bytes does on this processor. WebAssembly's relaxed SIMD proposal lets it differ from
// machine to machine; the INT8 kernels choose their layout by it.
#pragma once

namespace webquant {

enum class DotClass {
  /// The second operand is unsigned, sums are exact: VPDPBUSD of x86 with AVX-VNNI.
  kUnsigned,
  /// Both operands are signed, sums are exact: SDOT of ARM.
  kSigned,
  /// The second operand is unsigned, and sums of two products saturate to 16 bits: PMADDUBSW of x86.
  kSaturatingPairs,
  /// There is no such instruction (plain SIMD), or it does none of these things.
  kNone,
};

/// Finds the class by multiplying a few numbers, once.
DotClass dot_class() noexcept;

/// Whether sums of four products are exact.
inline bool has_dot() noexcept { return dot_class() == DotClass::kUnsigned || dot_class() == DotClass::kSigned; }

}  // namespace webquant
