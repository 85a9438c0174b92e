#include "run/session.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>

#include "ops/facts.h"
#include "ops/table.h"
#include "run/kernels/int8_kernels.h"
#include "run/kernels/kernel_memory.h"
#include "run/step_runner.h"
#include "run/values.h"

namespace webquant {
namespace {

size_t heap_bytes() { return static_cast<size_t>(mallinfo().uordblks); }

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

struct Session::State {
  std::vector<TensorInfo> inputs, outputs;
  std::vector<size_t> input_tensors, output_tensors;
  KernelMemory kernel_memory;  // this and what is shared must outlive the runners
  StepRunner::Shared shared;
  std::vector<StepRunner> steps;
  std::vector<Activation> activations;
  SessionMemory memory{};
  std::vector<OpTime> times;  // with profile

  void build(const Model& model, const SessionOptions& options);
  std::vector<bool> expose_tensors(const Model& model, const TensorFacts& facts, const std::vector<Step>& plan,
                                   bool observe);
  void add_buffer(const Model& model, size_t tensor, const Shape& shape);
  void make_runners(const Model& model, const TensorFacts& facts, const std::vector<Step>& plan,
                    const std::vector<bool>& exposed, bool profile);
  void list_activations(const Model& model, const std::vector<std::string>& names);
  void run(const StepRunner& step);
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
  make_runners(model, facts, plan, exposed, options.profile);
  if (options.observe) list_activations(model, names);
  if (!options.profile) return;
  for (const Step& step : plan) {
    for (const size_t n : step.ops) times.push_back({n, op_type(model, *g.operators[n]), 0, 0});
  }
}

void Session::State::add_buffer(const Model& model, size_t tensor, const Shape& shape) {
  const Tensor& t = *graph(model).tensors[tensor];
  const size_t size = element_size(t.type) * element_count(shape, t.name);
  if (element_size(t.type) == 0)
    fail(ErrorCode::kUnsupported, text("tensor \"", t.name, "\""), text("is ", to_string(t.type)));
  memory.activations_bytes += size;
  shared.buffers.emplace(tensor, PaddedBuffer(size));
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
    std::ranges::copy(std::as_bytes(known), shared.buffers.at(i).bytes().begin());
  }
  return exposed;
}

// Asking for the size of the heap takes as long as there are blocks in it, so it is asked for all steps together.
void Session::State::make_runners(const Model& model, const TensorFacts& facts, const std::vector<Step>& plan,
                                  const std::vector<bool>& exposed, bool profile) {
  const size_t before = heap_bytes();
  {
    const KernelMemory::Scope scope(kernel_memory);
    for (const Step& step : plan) {
      StepRunner runner(model, facts, step, exposed, profile, shared);
      if (kernel_memory.failed()) require(xnn_status_out_of_memory, "prepare the operators");
      if (!runner.is_empty()) steps.push_back(std::move(runner));
    }
  }
  const size_t made = heap_bytes();
  for (StepRunner& step : steps) step.connect(shared);
  memory.weights_bytes = made - before;
  memory.activations_bytes += heap_bytes() - made;
}

void Session::State::list_activations(const Model& model, const std::vector<std::string>& names) {
  const Graph& g = graph(model);
  const auto add = [&](size_t tensor, int op) {
    const Tensor& t = *g.tensors[tensor];
    if (!is_number(t.type)) return;
    const auto params = per_tensor_params(t).value_or(QuantParams{});
    activations.push_back({names[tensor], t.type, t.type == DType::FLOAT32 ? QuantParams{} : params,
                           shared.buffers.at(tensor).bytes(), op,
                           op < 0 ? std::string() : op_type(model, *g.operators[op])});
  };
  for (const size_t tensor : input_tensors) add(tensor, -1);
  for (size_t n = 0; n < g.operators.size(); ++n) {
    if (expands_constant(model, *g.operators[n])) continue;
    for (const int32_t tensor : g.operators[n]->outputs) {
      if (shared.buffers.contains(tensor)) add(tensor, static_cast<int>(n));
    }
  }
}

const std::vector<TensorInfo>& Session::inputs() const { return state_->inputs; }
const std::vector<TensorInfo>& Session::outputs() const { return state_->outputs; }
std::span<std::byte> Session::input(size_t index) {
  return state_->shared.buffers.at(state_->input_tensors.at(index)).bytes();
}
std::span<const std::byte> Session::output(size_t index) const {
  return std::as_const(state_->shared.buffers.at(state_->output_tensors.at(index))).bytes();
}
void Session::write_real(size_t index, std::span<const float> values) {
  webquant::write_real(inputs().at(index), input(index), values);
}
void Session::read_real(size_t index, std::span<float> out) const {
  webquant::read_real(outputs().at(index), output(index), out);
}
const std::vector<Session::Activation>& Session::activations() const { return state_->activations; }
std::vector<OpTime> Session::profile() const { return state_->times; }
SessionMemory Session::memory() const { return state_->memory; }

void Session::run(const std::function<void(int op)>& after) {
  for (const auto& step : state_->steps) {
    state_->run(step);
    if (after) after(static_cast<int>(step.last_op()));
  }
}

void Session::State::run(const StepRunner& step) {
  if (times.empty()) return step.run();
  const auto start = std::chrono::steady_clock::now();
  step.run();
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  if (step.is_kernel()) {
    time_of(step.last_op()).add(elapsed.count());
  } else {
    step.for_each_time([&](size_t op, double ms) { time_of(op).add(ms); });
  }
}

}  // namespace webquant
