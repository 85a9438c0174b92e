// INT8 kernels in place of XNNPACK's, for every class of processor.
#pragma once

namespace webquant {

/// Makes XNNPACK use these kernels for INT8 convolutions and fully connected layers. Call it after xnn_initialize(),
/// before operators are created; operators created after that need a KernelMemory::Scope.
void install_int8_kernels();

}  // namespace webquant
