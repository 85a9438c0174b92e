#include "ops/table.h"

namespace webquant {

// Each row's functions. Several rows may name the same one.
#define NONE
#define INFER(function) void infer_##function(InferContext&);
#define LOWER(function) void lower_##function(LowerContext&);
#define PORTABLE(function) PortableKernel portable_##function(const OpView&);
#define OP(code, inputs, outputs, infer, lower, portable, ...) infer lower portable
#define OP_ON_STORED_INTEGERS OP
#include "ops/table.inc"
#undef NONE
#undef INFER
#undef LOWER
#undef PORTABLE

namespace {

using Output = QuantRule::Output;

#define NONE nullptr
#define INFER(function) infer_##function
#if WEBQUANT_XNNPACK
#define LOWER(function) lower_##function
#else
#define LOWER(function) nullptr  // checks and quantization need no kernels
#endif
#define PORTABLE(function) portable_##function
#define INPUTS(least, most) least, most
#define OUTPUTS(most) most
#define OP(code, inputs, outputs, infer, lower, portable, ...) \
  {OpCode::code, inputs, outputs, infer, lower, portable, QuantRule __VA_ARGS__, /*stored_integers=*/false},
#define OP_ON_STORED_INTEGERS(code, inputs, outputs, infer, lower, portable, ...) \
  {OpCode::code, inputs, outputs, infer, lower, portable, QuantRule __VA_ARGS__, /*stored_integers=*/true},

constexpr OpDef kTable[] = {
#include "ops/table.inc"
};

}  // namespace

std::span<const OpDef> op_table() { return kTable; }

const OpDef* find_op(OpCode code) {
  for (const OpDef& def : op_table()) {
    if (def.code == code) return &def;
  }
  return nullptr;
}

}  // namespace webquant
