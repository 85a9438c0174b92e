#include "run/step_runner.h"

#include <algorithm>

#include "run/lower/lower.h"

namespace webquant {
namespace {

// Internal to XNNPACK, but the only way to see each operator's own time.
constexpr uint32_t kNoOperatorFusion = 0x80000000;

}  // namespace

StepRunner::StepRunner(const Model& model, const TensorFacts& facts, const Step& step, const std::vector<bool>& exposed,
                       bool profile, Shared& shared)
    : last_op_(step.ops.back()) {
  if (step.kernel) {
    make_kernel(OpView(model, last_op_, facts), step.kernel, shared);
  } else {
    make_runtime(model, facts, step, exposed, profile, shared);
  }
}

void StepRunner::make_kernel(const OpView& op, const PortableKernel& kernel, Shared& shared) {
  kernel_ = kernel;
  for (size_t i = 0; i < op.input_count(); ++i) {
    if (!op.has_input(i)) {
      inputs_.emplace_back();
    } else if (const auto buffer = shared.buffers.find(op.input_index(i)); buffer != shared.buffers.end()) {
      inputs_.push_back(buffer->second.bytes());
    } else {
      const auto floats = op.is_dequantized(i) ? op.constant_floats(i) : std::vector<float>();
      const auto bytes = floats.empty() ? std::as_bytes(op.constant_bytes(i)) : std::as_bytes(std::span(floats));
      if (bytes.size() != element_size(op.input(i).type) * element_count(op.input_shape(i), op.label()))
        op.unsupported(
            text("its constant \"", op.input(i).name, "\" is sparse or of type ", to_string(op.input(i).type)));
      const auto copy = shared.constants.emplace_back(bytes.size()).bytes();
      std::ranges::copy(bytes, copy.begin());
      inputs_.push_back(copy);
    }
  }
  for (size_t i = 0; i < op.output_count(); ++i) outputs_.push_back(shared.buffers.at(op.output_index(i)).bytes());
}

void StepRunner::make_runtime(const Model& model, const TensorFacts& facts, const Step& step,
                              const std::vector<bool>& exposed, bool profile, Shared& shared) {
  SubgraphBuilder builder(model, facts, roles_in(model, step, exposed), SubgraphBuilder::Purpose::kRun);
  for (const size_t n : step.ops) lower(builder, n);
  for (auto& constant : builder.take_lasting_constants()) shared.constants.push_back(std::move(constant));
  if (builder.node_ops().empty()) return;

  if (!shared.workspace) shared.workspace = new_workspace();
  const uint32_t flags = profile ? XNN_FLAG_BASIC_PROFILING | kNoOperatorFusion : 0;
  xnn_runtime_t handle = nullptr;
  const xnn_status status =
      xnn_create_runtime_v4(builder.handle(), nullptr, shared.workspace.get(), nullptr, flags, &handle);
  runtime_ = RuntimeHandle(handle);
  require(status, "prepare the operators");
  externals_ = builder.externals();
  node_ops_ = builder.node_ops();
}

void StepRunner::connect(Shared& shared) {
  if (!runtime_) return;
  require(xnn_reshape_runtime(runtime_.get()), "lay out its activations");
  std::vector<xnn_external_value> values;
  for (const auto& [id, tensor] : externals_) values.push_back({id, shared.buffers.at(tensor).bytes().data()});
  require(xnn_setup_runtime_v2(runtime_.get(), values.size(), values.data()), "connect its inputs and outputs");
}

void StepRunner::run() const {
  if (runtime_) {
    require(xnn_invoke_runtime(runtime_.get()), "run the model");
  } else {
    kernel_({inputs_, outputs_});
  }
}

std::map<size_t, double> StepRunner::operator_times() const {
  std::map<size_t, double> times;
  std::vector<uint64_t> microseconds(node_ops_.size());
  size_t size = 0;
  // The sizes differ if XNNPACK splits or drops nodes; then there is nothing to attribute.
  if (xnn_get_runtime_profiling_info(runtime_.get(), xnn_profile_info_operator_timing,
                                     microseconds.size() * sizeof(uint64_t), microseconds.data(),
                                     &size) != xnn_status_success) {
    return times;
  }
  for (size_t node = 0; node < microseconds.size(); ++node)
    times[node_ops_[node]] += static_cast<double>(microseconds[node]) / 1000;
  return times;
}

}  // namespace webquant
