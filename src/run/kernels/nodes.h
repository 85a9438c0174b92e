// Changes to nodes of an XNNPACK subgraph for which XNNPACK's configuration has no place.
#pragma once

#include <xnnpack.h>

namespace webquant {

/// Prepares the node that was defined last for the INT8 kernels if it is a convolution, transposed convolution or fully
/// connected layer; all of these need it. Depthwise convolutions get a kernel of our own if it can run them.
void prepare_last_node(xnn_subgraph_t graph);

/// Whether the node that was defined last will run on an INT8 kernel of ours.
bool last_node_is_ours(xnn_subgraph_t graph);

}  // namespace webquant
