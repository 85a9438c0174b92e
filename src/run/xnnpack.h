// What the run folder needs of XNNPACK as a library: its initialization, owners for its objects, memory that it may
// read beyond, and its status codes as errors. Everything else of XNNPACK is used where operators are lowered and run.
#pragma once

#include <xnnpack.h>

#include <cstddef>
#include <memory>
#include <span>

namespace webquant {

/// Initializes XNNPACK and puts webquant's own kernels in place of some of its own, at the first call. Every user of
/// XNNPACK calls it first. Throws internal if XNNPACK cannot run here.
void require_xnnpack();

/// Throws for a status other than success: out-of-memory; unsupported for a parameter beyond what its kernels take;
/// internal for what webquant should have prevented. `action` completes "XNNPACK cannot …".
void require(xnn_status status, const char* action);

struct SubgraphDeleter {
  void operator()(xnn_subgraph_t subgraph) const { xnn_delete_subgraph(subgraph); }
};
using SubgraphHandle = std::unique_ptr<xnn_subgraph, SubgraphDeleter>;

struct RuntimeDeleter {
  void operator()(xnn_runtime_t runtime) const { xnn_delete_runtime(runtime); }
};
using RuntimeHandle = std::unique_ptr<xnn_runtime, RuntimeDeleter>;

struct WorkspaceDeleter {
  void operator()(xnn_workspace_t workspace) const { xnn_release_workspace(workspace); }
};
using WorkspaceHandle = std::unique_ptr<xnn_workspace, WorkspaceDeleter>;

/// A subgraph whose external values have ids below `external_ids`. Throws out-of-memory.
SubgraphHandle new_subgraph(size_t external_ids);

/// Memory for what lives within one run of a runtime; several runtimes that run one after the other share it. Throws
/// out-of-memory.
WorkspaceHandle new_workspace();

/// Zeroed bytes that XNNPACK may read a little beyond, as it reads whole vectors.
class PaddedBuffer {
 public:
  explicit PaddedBuffer(size_t size) : bytes_(new std::byte[size + XNN_EXTRA_BYTES]()), size_(size) {}
  std::span<std::byte> bytes() { return {bytes_.get(), size_}; }
  std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  size_t size_;
};

}  // namespace webquant
