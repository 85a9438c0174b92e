#include "run/xnnpack.h"

#include "base/error.h"
#include "run/kernels/int8_kernels.h"

namespace webquant {

void require_xnnpack() {
  if (xnn_initialize(nullptr) != xnn_status_success) fail(ErrorCode::kInternal, "XNNPACK", "cannot be initialized");
  install_int8_kernels();
}

void require(xnn_status status, const char* action) {
  if (status == xnn_status_success) return;
  if (status == xnn_status_out_of_memory) fail(ErrorCode::kOutOfMemory, "model", text("no memory to ", action));
  if (status == xnn_status_unsupported_parameter || status == xnn_status_unsupported_hardware) {
    fail(ErrorCode::kUnsupported, "model",
         text("XNNPACK cannot ", action, ": a scale or size is beyond what its kernels take"));
  }
  fail(ErrorCode::kInternal, "model", text("XNNPACK failed to ", action, " (status ", static_cast<int>(status), ")"));
}

SubgraphHandle new_subgraph(size_t external_ids) {
  xnn_subgraph_t subgraph = nullptr;
  if (xnn_create_subgraph(static_cast<uint32_t>(external_ids), 0, &subgraph) != xnn_status_success)
    fail(ErrorCode::kOutOfMemory, "model", "no memory for the graph");
  return SubgraphHandle(subgraph);
}

WorkspaceHandle new_workspace() {
  xnn_workspace_t workspace = nullptr;
  if (xnn_create_workspace(&workspace) != xnn_status_success)
    fail(ErrorCode::kOutOfMemory, "model", "no memory for its activations");
  return WorkspaceHandle(workspace);
}

}  // namespace webquant
