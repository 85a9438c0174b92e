// Dynamic INT8 matrix products: activations quantized at run time, results in float.
#pragma once

namespace webquant {

/// Makes XNNPACK use these kernels for dynamic INT8 convolutions and fully connected layers. Call it after
/// xnn_initialize(), before operators are created.
void install_dynamic_int8_kernels();

}  // namespace webquant
