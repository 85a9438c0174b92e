// Dynamic INT8: INT8 weights for operators whose inputs are quantized at run time. Activations stay float.
#pragma once

#include "model/model.h"
#include "quantize/spec.h"

namespace webquant {

/// INT8 weights for all operators that have such a form, are not excluded and large enough; says so in `result.ops`.
void quantize_dynamic(Model& model, const QuantSpec& spec, QuantResult& result);

}  // namespace webquant
