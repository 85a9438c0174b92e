// Static INT8 matrix products: activations of a scale known when the model is loaded, results in INT8.
#pragma once

namespace webquant {

/// Makes XNNPACK use these kernels for static INT8 convolutions, transposed convolutions and fully connected layers.
/// Call it after xnn_initialize(), before operators are created.
void install_static_int8_kernels();

}  // namespace webquant
