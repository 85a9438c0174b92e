// FP16: constants in half precision, each expanded by a DEQUANTIZE when the model is loaded.
#pragma once

#include "model/model.h"
#include "quantize/spec.h"

namespace webquant {

/// Half-precision constants for all operators that are not excluded; says so in `result.ops`.
void quantize_fp16(Model& model, const QuantSpec& spec, QuantResult& result);

/// Undoes quantize_fp16: half-precision constants become float32, and the operators that expanded them go.
void expand_halves(Model& model);

}  // namespace webquant
