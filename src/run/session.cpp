#include "run/session.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "run/kernels/int8_kernels.h"
#include "run/steps.h"

namespace webquant {
namespace {

// Internal to XNNPACK, but the only way to see each operator's own time.
constexpr uint32_t kNoOperatorFusion = 0x80000000;

struct RuntimeDeleter {
  void operator()(xnn_runtime_t runtime) const { xnn_delete_runtime(runtime); }
};
using RuntimeHandle = std::unique_ptr<xnn_runtime, RuntimeDeleter>;

struct WorkspaceDeleter {
  void operator()(xnn_workspace_t workspace) const { xnn_release_workspace(workspace); }
};
using WorkspaceHandle = std::unique_ptr<xnn_workspace, WorkspaceDeleter>;

// Memory for what lives within a step; the steps of a session share it.
WorkspaceHandle new_workspace() {
  xnn_workspace_t workspace = nullptr;
  if (xnn_create_workspace(&workspace) != xnn_status_success)
    fail(ErrorCode::kOutOfMemory, "model", "no memory for its activations");
  return WorkspaceHandle(workspace);
}

size_t heap_bytes() { return static_cast<size_t>(mallinfo().uordblks); }

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

// Everything that XNNPACK allocates for activations is at most this; its own sums are not checked for overflow.
void require_activation_budget(const Model& model, const std::vector<Shape>& shapes) {
  uint64_t total = 0;
  for (size_t i = 0; i < shapes.size(); ++i) {
    const Tensor& tensor = *graph(model).tensors[i];
    if (is_constant(model, tensor)) continue;
    total += uint64_t{element_count(shapes[i], tensor.name)} * std::max<size_t>(element_size(tensor.type), 4);
    if (total >= uint64_t{1} << 31) {
      fail(ErrorCode::kOutOfMemory, "model",
           text("its activations need more than 2 GB; \"", tensor.name, "\" has shape ", to_string(shapes[i])));
    }
  }
}

// What dequantizing a constant gives is a constant still, no activation.
bool expands_constant(const Model& model, const Operator& op) {
  return op_code(model, op) == OpCode::DEQUANTIZE && is_constant(model, *graph(model).tensors[op.inputs[0]]);
}

bool is_number(DType type) { return type == DType::FLOAT32 || type == DType::INT8 || type == DType::UINT8; }

}  // namespace

TensorInfo tensor_info(const Model& model, size_t tensor_index, const std::string& name, const Shape& shape) {
  const Tensor& tensor = *graph(model).tensors[tensor_index];
  TensorInfo info{
      .name = name, .shape = shape, .dtype = tensor.type, .dynamic = {}, .scale = {}, .zero_point = {}, .axis = 0};
  if (std::ranges::count(tensor.shape_signature, -1) > 0) {
    for (const int32_t dim : tensor.shape_signature) info.dynamic.push_back(dim == -1);
  }
  if (tensor.quantization && !tensor.quantization->scale.empty()) {
    const auto& quant = *tensor.quantization;
    info.scale = quant.scale;
    info.zero_point = quant.zero_point.empty() ? std::vector<int64_t>(quant.scale.size()) : quant.zero_point;
    info.axis = quant.quantized_dimension;
  }
  return info;
}

struct Session::State {
  struct RunStep {
    RuntimeHandle runtime;
    std::vector<size_t> node_ops;  // with profile: the operator of each XNNPACK node
    // Or:
    ReferenceKernel kernel;
    std::vector<std::span<const std::byte>> inputs;
    std::vector<std::span<std::byte>> outputs;
    size_t op = 0;  // the step's last operator
  };

  std::vector<TensorInfo> inputs, outputs;
  std::vector<size_t> input_tensors, output_tensors;
  std::map<size_t, PaddedBuffer> buffers;  // by tensor: all that is read or written from outside of a step
  std::vector<PaddedBuffer> constants;
  ExtraWeights extra_weights;  // this and the workspace must outlive the runtimes
  WorkspaceHandle workspace;
  std::vector<RunStep> steps;
  std::vector<Activation> activations;
  SessionMemory memory{};
  std::vector<OpTime> times;  // with profile

  void add_buffer(const Model& model, size_t tensor, const Shape& shape) {
    const Tensor& t = *graph(model).tensors[tensor];
    const size_t size = element_size(t.type) * element_count(shape, t.name);
    if (element_size(t.type) == 0)
      fail(ErrorCode::kUnsupported, text("tensor \"", t.name, "\""), text("is ", to_string(t.type)));
    memory.activations_bytes += size;
    buffers.emplace(tensor, PaddedBuffer(size));
  }

  void build(const Model& model, const SessionOptions& options);
  std::vector<bool> expose_tensors(const Model& model, const TensorFacts& facts, const std::vector<Step>& plan,
                                   bool observe);
  void add_runtime(const Model& model, const TensorFacts& facts, const Step& step, const std::vector<bool>& exposed,
                   bool profile);
  void add_kernel(const Model& model, const TensorFacts& facts, const Step& step);
  void list_activations(const Model& model, const std::vector<std::string>& names);
  void run(const RunStep& step);
  void add_times(const RunStep& step);
  OpTime& time_of(size_t op) { return *std::ranges::find(times, op, &OpTime::op); }
};

Session::Session(const Model& model, const SessionOptions& options) : state_(std::make_unique<State>()) {
  if (options.batch < 0)
    fail(ErrorCode::kInvalidInput, "options.batch", text("must be at least 1, not ", options.batch));
  require_xnnpack();
  state_->build(model, options);
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

void Session::State::build(const Model& model, const SessionOptions& options) {
  const Graph& g = graph(model);
  const auto names = tensor_names(model);
  const TensorFacts facts = infer(model, options.batch);
  require_activation_budget(model, facts.shapes);
  for (const int32_t i : g.inputs) {
    inputs.push_back(tensor_info(model, i, names[i], facts.shapes[i]));
    input_tensors.push_back(i);
  }
  for (const int32_t i : g.outputs) {
    outputs.push_back(tensor_info(model, i, names[i], facts.shapes[i]));
    output_tensors.push_back(i);
  }

  const auto plan = plan_steps(model, facts, options.observe);
  const auto exposed = expose_tensors(model, facts, plan, options.observe);
  for (const Step& step : plan) {
    step.kernel ? add_kernel(model, facts, step) : add_runtime(model, facts, step, exposed, options.profile);
  }
  for (auto& constant : constants) memory.weights_bytes += constant.bytes().size();
  if (options.observe) list_activations(model, names);
  if (!options.profile) return;
  for (const Step& step : plan) {
    for (const size_t n : step.ops) times.push_back({n, op_type(model, *g.operators[n]), 0, 0});
  }
}

std::vector<bool> Session::State::expose_tensors(const Model& model, const TensorFacts& facts,
                                                 const std::vector<Step>& plan, bool observe) {
  const Graph& g = graph(model);
  std::vector<bool> exposed = crossing_tensors(model, facts, plan);
  for (const int32_t i : g.inputs) exposed[i] = true;
  for (const int32_t i : g.outputs) exposed[i] = true;
  for (const Step& step : plan) {
    for (const size_t n : step.ops) {
      const auto& op = *g.operators[n];
      // What works on stored integers reads its input and writes its output from outside, as far as XNNPACK can tell.
      const auto is_stored = [&](int32_t i) {
        return (g.tensors[i]->type == DType::INT8 || g.tensors[i]->type == DType::UINT8) &&
               !is_constant(model, *g.tensors[i]);
      };
      if (find_op(op_code(model, op))->stored_integers && is_stored(op.inputs[0]) && is_stored(op.outputs[0]))
        exposed[op.inputs[0]] = exposed[op.outputs[0]] = true;
      for (const int32_t i : op.outputs) {
        if (observe && is_number(g.tensors[i]->type)) exposed[i] = true;
      }
    }
  }
  for (size_t i = 0; i < exposed.size(); ++i) {
    if (exposed[i]) add_buffer(model, i, facts.shapes[i]);
  }
  for (const size_t i : output_tensors) {
    const auto folded = facts.values.find(i);
    const auto known =
        folded != facts.values.end() ? std::span<const uint8_t>(folded->second) : constant_data(model, *g.tensors[i]);
    std::ranges::copy(std::as_bytes(known), buffers.at(i).bytes().begin());
  }
  return exposed;
}

void Session::State::add_kernel(const Model& model, const TensorFacts& facts, const Step& step) {
  RunStep run{
      .runtime = nullptr, .node_ops = {}, .kernel = step.kernel, .inputs = {}, .outputs = {}, .op = step.ops[0]};
  const OpView op(model, run.op, facts);
  for (size_t i = 0; i < op.input_count(); ++i) {
    if (!op.has_input(i)) {
      run.inputs.emplace_back();
    } else if (const auto buffer = buffers.find(op.input_index(i)); buffer != buffers.end()) {
      run.inputs.push_back(buffer->second.bytes());
    } else {
      const auto floats = op.is_dequantized(i) ? op.constant_floats(i) : std::vector<float>();
      const auto bytes = floats.empty() ? std::as_bytes(op.constant_bytes(i)) : std::as_bytes(std::span(floats));
      if (bytes.size() != element_size(op.input(i).type) * element_count(op.input_shape(i), op.label()))
        op.unsupported(
            text("its constant \"", op.input(i).name, "\" is sparse or of type ", to_string(op.input(i).type)));
      constants.emplace_back(bytes.size());
      std::ranges::copy(bytes, constants.back().bytes().begin());
      run.inputs.push_back(constants.back().bytes());
    }
  }
  for (size_t i = 0; i < op.output_count(); ++i) run.outputs.push_back(buffers.at(op.output_index(i)).bytes());
  steps.push_back(std::move(run));
}

void Session::State::add_runtime(const Model& model, const TensorFacts& facts, const Step& step,
                                 const std::vector<bool>& exposed, bool profile) {
  const ExtraWeights::Scope scope(extra_weights);
  SubgraphBuilder builder(model, facts, roles_in(model, step, exposed));
  for (const size_t n : step.ops) builder.lower(n);
  for (auto& constant : builder.take_lasting_constants()) constants.push_back(std::move(constant));
  if (builder.node_ops().empty()) return;

  const uint32_t flags = profile ? XNN_FLAG_BASIC_PROFILING | kNoOperatorFusion : 0;
  size_t before = heap_bytes();
  xnn_runtime_t handle = nullptr;
  if (!workspace) workspace = new_workspace();
  const xnn_status status = xnn_create_runtime_v4(builder.handle(), nullptr, workspace.get(), nullptr, flags, &handle);
  RunStep run{.runtime = RuntimeHandle(handle),
              .node_ops = builder.node_ops(),
              .kernel = {},
              .inputs = {},
              .outputs = {},
              .op = step.ops.back()};
  require(extra_weights.failed() ? xnn_status_out_of_memory : status, "prepare the operators");
  memory.weights_bytes += heap_bytes() - before;

  before = heap_bytes();
  require(xnn_reshape_runtime(handle), "lay out its activations");
  std::vector<xnn_external_value> values;
  for (auto& [tensor, buffer] : buffers) {
    if (builder.is_external(tensor)) values.push_back({static_cast<uint32_t>(tensor), buffer.bytes().data()});
  }
  for (const auto& [id, tensor] : builder.aliases()) values.push_back({id, buffers.at(tensor).bytes().data()});
  require(xnn_setup_runtime_v2(handle, values.size(), values.data()), "connect its inputs and outputs");
  memory.activations_bytes += heap_bytes() - before;
  steps.push_back(std::move(run));
}

void Session::State::list_activations(const Model& model, const std::vector<std::string>& names) {
  const Graph& g = graph(model);
  const auto add = [&](size_t tensor, int op) {
    const Tensor& t = *g.tensors[tensor];
    if (!is_number(t.type)) return;
    const auto params = per_tensor_params(t).value_or(QuantParams{});
    activations.push_back({names[tensor], t.type, t.type == DType::FLOAT32 ? QuantParams{} : params,
                           buffers.at(tensor).bytes(), op, op < 0 ? std::string() : op_type(model, *g.operators[op])});
  };
  for (const size_t tensor : input_tensors) add(tensor, -1);
  for (size_t n = 0; n < g.operators.size(); ++n) {
    if (expands_constant(model, *g.operators[n])) continue;
    for (const int32_t tensor : g.operators[n]->outputs) {
      if (buffers.contains(tensor)) add(tensor, static_cast<int>(n));
    }
  }
}

const std::vector<TensorInfo>& Session::inputs() const { return state_->inputs; }
const std::vector<TensorInfo>& Session::outputs() const { return state_->outputs; }
std::span<std::byte> Session::input(size_t index) {
  return state_->buffers.at(state_->input_tensors.at(index)).bytes();
}
std::span<const std::byte> Session::output(size_t index) const {
  return std::as_const(state_->buffers.at(state_->output_tensors.at(index))).bytes();
}
const std::vector<Session::Activation>& Session::activations() const { return state_->activations; }
std::vector<OpTime> Session::profile() const { return state_->times; }
SessionMemory Session::memory() const { return state_->memory; }

void Session::run(const std::function<void(int op)>& after) {
  for (const auto& step : state_->steps) {
    state_->run(step);
    if (after) after(static_cast<int>(step.op));
  }
}

void Session::State::run(const RunStep& step) {
  const bool profile = !times.empty();
  if (step.runtime) {
    require(xnn_invoke_runtime(step.runtime.get()), "run the model");
    if (profile) add_times(step);
    return;
  }
  const auto start = std::chrono::steady_clock::now();
  step.kernel({step.inputs, step.outputs});
  if (!profile) return;
  time_of(step.op).add(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
}

void Session::State::add_times(const RunStep& step) {
  std::vector<uint64_t> microseconds(step.node_ops.size());
  size_t size = 0;
  // The sizes differ if XNNPACK splits or drops nodes; then there is nothing to attribute.
  if (xnn_get_runtime_profiling_info(step.runtime.get(), xnn_profile_info_operator_timing,
                                     microseconds.size() * sizeof(uint64_t), microseconds.data(),
                                     &size) != xnn_status_success) {
    return;
  }
  std::map<size_t, double> run_ms;
  for (size_t node = 0; node < microseconds.size(); ++node)
    run_ms[step.node_ops[node]] += static_cast<double>(microseconds[node]) / 1000;
  for (const auto& [op, ms] : run_ms) time_of(op).add(ms);
}

}  // namespace webquant
