#include "runner.h"

#include <algorithm>
#include <utility>

#include "calibrate/range.h"
#include "js_values.h"

namespace webquant {

using emscripten::val;

namespace {

size_t elements(const TensorInfo& info) { return element_count(info.shape, info.name); }

// The names that signatures give to these tensors of the graph.
std::vector<std::vector<std::string>> signature_names(
    const Model& model, const std::vector<int32_t>& tensors,
    std::vector<std::unique_ptr<tflite::TensorMapT>> tflite::SignatureDefT::* maps) {
  std::vector<std::vector<std::string>> names(tensors.size());
  for (const auto& signature : model.signature_defs) {
    for (const auto& map : (*signature).*maps) {
      const auto place = std::find(tensors.begin(), tensors.end(), static_cast<int32_t>(map->tensor_index));
      if (place != tensors.end()) names[place - tensors.begin()].push_back(map->name);
    }
  }
  return names;
}

val port_to_js(const TensorInfo& info, const std::byte* data, const std::vector<std::string>& aliases) {
  auto object = val::object();
  object.set("info", to_js(info));
  object.set("address", static_cast<double>(reinterpret_cast<uintptr_t>(data)));
  object.set("aliases", array_to_js(aliases));
  return object;
}

}  // namespace

Runner::Runner(const Model& model)
    : input_aliases_(signature_names(model, graph(model).inputs, &tflite::SignatureDefT::inputs)),
      output_aliases_(signature_names(model, graph(model).outputs, &tflite::SignatureDefT::outputs)) {}

val Runner::ports() {
  auto inputs = val::array();
  auto outputs = val::array();
  for (size_t i = 0; i < session().inputs().size(); ++i) {
    inputs.set(i, port_to_js(session().inputs()[i], input_address(i), input_aliases_[i]));
  }
  for (size_t i = 0; i < session().outputs().size(); ++i) {
    outputs.set(i, port_to_js(session().outputs()[i], session().output(i).data(), output_aliases_[i]));
  }
  auto object = val::object();
  object.set("inputs", inputs);
  object.set("outputs", outputs);
  return object;
}

val Runner::scratch() {
  if (scratch_.empty()) {
    size_t largest = 1;
    for (const auto& info : session().inputs()) largest = std::max(largest, elements(info));
    for (const auto& info : session().outputs()) largest = std::max(largest, elements(info));
    scratch_.resize(largest);
  }
  return val(emscripten::typed_memory_view(scratch_.size(), scratch_.data()));
}

std::span<const float> Runner::real_input(size_t index) {
  return std::span(scratch_).first(elements(session().inputs()[index]));
}

void Runner::read_real(size_t index) {
  session().read_real(index, std::span(scratch_).first(elements(session().outputs()[index])));
}

SessionRunner::SessionRunner(const Model& model, const SessionOptions& options)
    : Runner(model), session_(model, options) {
  if (!options.profile) return;
  for (size_t i = 0; i < graph(model).operators.size(); ++i) op_names_.push_back(op_name(model, i));
}

val SessionRunner::profile() const {
  return array_to_js(session_.profile(), [this](const OpTime& time) {
    auto object = val::object();
    object.set("index", static_cast<double>(time.op));
    object.set("op", op_names_[time.op]);
    object.set("type", time.type);
    object.set("ms", time.ms);
    object.set("runs", static_cast<double>(time.runs));
    return object;
  });
}

val SessionRunner::memory() const {
  const auto memory = session_.memory();
  auto object = val::object();
  object.set("weightsBytes", static_cast<double>(memory.weights_bytes));
  object.set("activationsBytes", static_cast<double>(memory.activations_bytes));
  return object;
}

CalibratorRunner::CalibratorRunner(const Model& model, const StatsOptions& options)
    : Runner(model), calibrator_(model, options) {}

val CalibratorRunner::stats() const { return to_js(calibrator_.stats()); }

val CalibratorRunner::ranges(bool symmetric) const { return to_js(calibrated_ranges(calibrator_.stats(), symmetric)); }

ComparatorRunner::ComparatorRunner(const Model& reference, const Model& candidate, bool layers)
    : Runner(reference), comparator_(reference, candidate, layers) {}

ComparatorRunner::ComparatorRunner(const Runner& ports, std::shared_ptr<Reference> reference, const Model& candidate)
    : Runner(SameNames{ports}), comparator_(std::move(reference), candidate) {}

ReferenceRunner::ReferenceRunner(const Model& model) : Runner(model), reference_(std::make_shared<Reference>(model)) {}

std::shared_ptr<ComparatorRunner> ReferenceRunner::compare_with(const Model& candidate) const {
  return std::make_shared<ComparatorRunner>(*this, reference_, candidate);
}

val ComparatorRunner::report() const { return to_js(comparator_.report()); }

val FrameConverter::pixels(size_t size) {
  pixels_.resize(size);
  return val(emscripten::typed_memory_view(pixels_.size(), pixels_.data()));
}

val FrameConverter::convert(int width, int height, int channels, const val& options) {
  const auto spec = frame_spec_from_js(options);
  const auto dtype = options["dtype"].as<std::string>();
  const Frame frame{pixels_, width, height, channels};
  const uint64_t count = uint64_t{1} * static_cast<uint32_t>(spec.width) * static_cast<uint32_t>(spec.height) *
                         (spec.channels == Channels::kGray ? 1 : 3);
  if (count >= uint64_t{1} << 29) {  // 2 GB of floats
    fail(ErrorCode::kOutOfMemory, "options",
         text("a tensor of ", spec.width, " x ", spec.height, " pixels is too large"));
  }
  const auto convert_to = [&]<class T>(T) {
    tensor_.resize(count * sizeof(T));
    T* values = reinterpret_cast<T*>(tensor_.data());
    frame_to_tensor(frame, spec, std::span(values, static_cast<size_t>(count)));
    return val(emscripten::typed_memory_view(count, values));
  };
  if (dtype == "float32") return convert_to(float{});
  if (dtype == "uint8") return convert_to(uint8_t{});
  if (dtype == "int8") return convert_to(int8_t{});
  fail(ErrorCode::kInvalidInput, "options.dtype", text("\"", dtype, "\" is not known"));
}

}  // namespace webquant
