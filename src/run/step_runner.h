// A step of a session made ready to run: an XNNPACK runtime over several operators, or a kernel of webquant's own for
// one. Sessions build their runners once and run them for each frame.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "ops/facts.h"
#include "ops/view.h"
#include "run/steps.h"
#include "run/xnnpack.h"

namespace webquant {

/// All that is read or written from outside of a step, by tensor.
using TensorBuffers = std::map<size_t, PaddedBuffer>;

class StepRunner {
 public:
  /// What the runners of a session have in common, and what must live as long as they do.
  struct Shared {
    TensorBuffers buffers;
    std::vector<PaddedBuffer> constants;
    WorkspaceHandle workspace;
  };

  /// Makes the step ready but for `connect`. Throws unsupported, naming the operator, or out-of-memory. The step needs
  /// none of its operators to run where they all turn out to be known; `is_empty` tells.
  StepRunner(const Model& model, const TensorFacts& facts, const Step& step, const std::vector<bool>& exposed,
             bool profile, Shared& shared);

  /// Lays out the activations inside the step and connects it to the buffers. The runners of a session share one
  /// workspace: all of them have to be made before the first is connected, which then takes what the largest needs.
  void connect(Shared& shared);

  void run() const;

  bool is_empty() const { return !runtime_ && !kernel_; }

  /// The last operator of the step, by index in the model.
  size_t last_op() const { return last_op_; }

  /// Calls visit(op, milliseconds) for each operator that the last run of a step with `profile` can tell the time of.
  /// A kernel's own time is not known here.
  void for_each_time(auto&& visit) const {
    for (const auto& [op, ms] : operator_times()) visit(op, ms);
  }
  bool is_kernel() const { return static_cast<bool>(kernel_); }

 private:
  void make_runtime(const Model& model, const TensorFacts& facts, const Step& step, const std::vector<bool>& exposed,
                    bool profile, Shared& shared);
  void make_kernel(const OpView& op, const PortableKernel& kernel, Shared& shared);
  std::map<size_t, double> operator_times() const;

  size_t last_op_;
  RuntimeHandle runtime_;
  std::vector<SubgraphBuilder::External> externals_;
  std::vector<size_t> node_ops_;  // the operator of each XNNPACK node
  // Or:
  PortableKernel kernel_;
  std::vector<std::span<const std::byte>> inputs_;
  std::vector<std::span<std::byte>> outputs_;
};

}  // namespace webquant
