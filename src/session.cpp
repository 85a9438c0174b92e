#include "session.h"

#include <malloc.h>

#include <algorithm>
#include <map>

#include "kernels/int8_kernels.h"
#include "subgraph.h"

namespace webquant {
namespace {

// Internal to XNNPACK, but the only way to see each operator's own time.
constexpr uint32_t kNoOperatorFusion = 0x80000000;

struct RuntimeDeleter {
  void operator()(xnn_runtime_t runtime) const { xnn_delete_runtime(runtime); }
};
using RuntimeHandle = std::unique_ptr<xnn_runtime, RuntimeDeleter>;

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
    total += static_cast<uint64_t>(element_count(shapes[i], tensor.name)) * 4;
    if (total >= uint64_t{1} << 31) {
      fail(ErrorCode::kOutOfMemory, "model",
           text("its activations need more than 2 GB; \"", tensor.name, "\" has shape ", to_string(shapes[i])));
    }
  }
}

// Operators that the graph's outputs depend on, or all of them.
std::vector<bool> needed_operators(const Model& model, bool all) {
  const Graph& g = graph(model);
  std::vector<bool> needed(g.operators.size(), all);
  std::vector<bool> wanted(g.tensors.size());
  for (const int32_t i : g.outputs) wanted[i] = true;
  for (size_t n = g.operators.size(); n-- > 0;) {
    const auto& op = *g.operators[n];
    if (std::ranges::any_of(op.outputs, [&](int32_t i) { return wanted[i]; })) needed[n] = true;
    if (!needed[n]) continue;
    for (const int32_t i : op.inputs) {
      if (i >= 0) wanted[i] = true;
    }
  }
  return needed;
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
  std::vector<TensorInfo> inputs, outputs;
  std::vector<size_t> input_tensors, output_tensors;
  std::map<size_t, PaddedBuffer> buffers;  // by tensor: all that is read or written from outside
  std::vector<PaddedBuffer> constants;
  ExtraWeights extra_weights;  // must outlive the runtime
  RuntimeHandle runtime;
  std::vector<Activation> activations;
  SessionMemory memory{};

  std::vector<size_t> node_ops;  // with profile: the operator of each XNNPACK node
  std::vector<OpTime> times;

  void add_buffer(const Model& model, size_t tensor, const Shape& shape) {
    const Tensor& t = *graph(model).tensors[tensor];
    const size_t size = element_size(t.type) * element_count(shape, t.name);
    if (size == 0)
      fail(ErrorCode::kUnsupported, text("tensor \"", t.name, "\""),
           text("is ", to_string(t.type), " ", to_string(shape)));
    memory.activations_bytes += size;
    buffers.emplace(tensor, PaddedBuffer(size));
  }

  void build(const Model& model, const SessionOptions& options);
  void create_runtime(SubgraphBuilder& builder, const SessionOptions& options);
  void list_activations(const Model& model, const std::vector<std::string>& names);
  void add_times();
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
  const auto shapes = infer_shapes(model, options.batch);
  require_activation_budget(model, shapes);

  std::vector<Role> roles(g.tensors.size(), Role::kInternal);
  const auto expose = [&](size_t tensor, Role role) {
    if (roles[tensor] != Role::kInternal) return;  // an output that is an input, or named twice
    roles[tensor] = role;
    add_buffer(model, tensor, shapes[tensor]);
  };
  for (const int32_t i : g.inputs) {
    expose(i, Role::kInput);
    inputs.push_back(tensor_info(model, i, names[i], shapes[i]));
    input_tensors.push_back(i);
  }
  // What works on stored integers reads its input and writes its output from outside, as far as XNNPACK can tell.
  for (const auto& op : g.operators) {
    const OpDef* def = find_op(op_code(model, *op));
    const auto is_stored = [&](int32_t i) {
      return (g.tensors[i]->type == DType::INT8 || g.tensors[i]->type == DType::UINT8) &&
             !is_constant(model, *g.tensors[i]);
    };
    if (!def || !def->stored_integers || !is_stored(op->inputs[0]) || !is_stored(op->outputs[0])) continue;
    expose(op->inputs[0], Role::kOutput);
    expose(op->outputs[0], Role::kOutput);
  }
  for (const int32_t i : g.outputs) {
    expose(i, Role::kOutput);
    outputs.push_back(tensor_info(model, i, names[i], shapes[i]));
    output_tensors.push_back(i);
    const auto constant = constant_data(model, *g.tensors[i]);
    std::copy_n(reinterpret_cast<const std::byte*>(constant.data()), constant.size(), buffers.at(i).bytes().begin());
  }
  if (options.observe) {
    for (const auto& op : g.operators) {
      if (expands_constant(model, *op)) continue;
      for (const int32_t i : op->outputs) {
        if (is_number(g.tensors[i]->type)) expose(i, Role::kOutput);
      }
    }
  }

  SubgraphBuilder builder(model, shapes, roles);
  const auto needed = needed_operators(model, options.observe);
  for (size_t n = 0; n < g.operators.size(); ++n) {
    if (needed[n]) builder.lower(n);
  }
  constants = builder.take_lasting_constants();
  for (auto& constant : constants) memory.weights_bytes += constant.bytes().size();
  if (!builder.node_ops().empty()) create_runtime(builder, options);
  if (options.observe) list_activations(model, names);
  if (options.profile) {
    node_ops = builder.node_ops();
    for (size_t n = 0; n < g.operators.size(); ++n) {
      if (needed[n]) times.push_back({n, op_type(model, *g.operators[n]), 0, 0});
    }
  }
}

void Session::State::create_runtime(SubgraphBuilder& builder, const SessionOptions& options) {
  const uint32_t flags = options.profile ? XNN_FLAG_BASIC_PROFILING | kNoOperatorFusion : 0;
  size_t before = heap_bytes();
  xnn_runtime_t handle = nullptr;
  const ExtraWeights::Scope scope(extra_weights);
  const xnn_status status = xnn_create_runtime_v2(builder.handle(), nullptr, flags, &handle);
  runtime.reset(handle);
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
    for (const int32_t tensor : g.operators[n]->outputs) add(tensor, static_cast<int>(n));
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

void Session::run() {
  if (!state_->runtime) return;  // outputs are inputs or constants
  require(xnn_invoke_runtime(state_->runtime.get()), "run the model");
  if (!state_->times.empty()) state_->add_times();
}

void Session::State::add_times() {
  std::vector<uint64_t> microseconds(node_ops.size());
  size_t size = 0;
  // The sizes differ if XNNPACK splits or drops nodes; then there is nothing to attribute.
  if (xnn_get_runtime_profiling_info(runtime.get(), xnn_profile_info_operator_timing,
                                     microseconds.size() * sizeof(uint64_t), microseconds.data(),
                                     &size) != xnn_status_success) {
    return;
  }
  for (auto& time : times) {
    double run_ms = 0;
    for (size_t node = 0; node < node_ops.size(); ++node) {
      if (node_ops[node] == time.op) run_ms += static_cast<double>(microseconds[node]) / 1000;
    }
    time.ms += (run_ms - time.ms) / static_cast<double>(++time.runs);
  }
}

}  // namespace webquant
