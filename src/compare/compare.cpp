#include "compare/compare.h"

#include <algorithm>
#include <utility>

#include "compare/match.h"
#include "compare/metrics.h"
#include "ops/padding.h"

namespace webquant {
namespace {

// An activation's real values, in `scratch` where it is quantized.
std::span<const float> real_values(const Session::Activation& activation, std::vector<float>& scratch) {
  const std::byte* data = activation.data.data();
  const size_t count = activation.data.size() / element_size(activation.dtype);
  if (activation.dtype == DType::FLOAT32) return {reinterpret_cast<const float*>(data), count};
  if (scratch.size() < count) scratch.resize(count);
  const auto values = std::span(scratch).first(count);
  if (activation.dtype == DType::INT8) {
    dequantize_values(std::span(reinterpret_cast<const int8_t*>(data), count), activation.quant, values);
  } else {
    dequantize_values(std::span(reinterpret_cast<const uint8_t*>(data), count), activation.quant, values);
  }
  return values;
}

std::string_view judge(bool very_good, bool acceptable) {
  return very_good ? "very-good" : acceptable ? "acceptable" : "reconsider";
}

}  // namespace

struct Comparator::Accumulator {
  struct Output {
    size_t candidate;  // index of the candidate's output
    ErrorSums errors;
    ClassSums classes;
    std::vector<float> expected, actual;
  };
  struct Layer {
    size_t reference, candidate;  // indices of activations
    ErrorSums errors;
  };
  std::vector<size_t> inputs;
  std::vector<Output> outputs;
  std::vector<Layer> layers;
  std::vector<float> expected_layer, actual_layer;
  std::vector<SampleMetrics> kept;
  uint64_t samples = 0, labelled = 0, reference_hits = 0, candidate_hits = 0;

  Accumulator(const Session& reference, const Session& candidate);
  void check_label(int label) const;
  void keep_sample();
};

Comparator::Accumulator::Accumulator(const Session& reference, const Session& candidate)
    : inputs(match_ports(reference.inputs(), candidate.inputs(), "input")) {
  const auto matches = match_ports(reference.outputs(), candidate.outputs(), "output");
  for (size_t i = 0; i < matches.size(); ++i) {
    const TensorInfo& info = reference.outputs()[i];
    const size_t count = element_count(info.shape, info.name);
    outputs.push_back({.candidate = matches[i],
                       .errors = {},
                       .classes = ClassSums(class_count(info.shape)),
                       .expected = std::vector<float>(count),
                       .actual = std::vector<float>(count)});
  }
  for (const auto& [layer, twin] : match_layers(reference.activations(), candidate.activations())) {
    layers.push_back({layer, twin, {}});
  }
}

void Comparator::Accumulator::check_label(int label) const {
  if (label == -1) return;
  if (outputs.empty()) fail(ErrorCode::kInvalidInput, "options.labels", "the model has no output");
  const size_t classes = outputs[0].classes.classes(), scores = outputs[0].expected.size();
  if (classes != scores) {
    fail(ErrorCode::kInvalidInput, "options.labels",
         text("a label needs an output with one score a class; the first output has ", scores / classes,
              " score vectors"));
  }
  if (label < 0 || static_cast<size_t>(label) >= classes) {
    fail(ErrorCode::kInvalidInput, "options.labels",
         text("label ", label, " is outside the ", classes, " classes of the first output"));
  }
}

void Comparator::Accumulator::keep_sample() {
  SampleMetrics& metrics = kept.emplace_back();
  for (const Output& output : outputs) metrics.outputs.push_back(sample_errors(output.expected, output.actual));
  if (outputs.empty()) return;
  set_classes(metrics, outputs[0].expected, outputs[0].actual, outputs[0].classes.classes());
}

Comparator::Comparator(const Model& reference, const Model& candidate, bool layers)
    : reference_(std::make_shared<Reference>(reference, layers)),
      candidate_(candidate, {.observe = layers}),
      sums_(std::make_shared<Accumulator>(this->reference(), candidate_)) {
  // INT8 holds no infinity: there is nothing to compare it with.
  std::erase_if(sums_->layers, [&](const auto& layer) {
    const int op = this->reference().activations()[layer.reference].op;
    return op >= 0 && pads_unbounded(reference, *graph(reference).operators[static_cast<size_t>(op)]);
  });
}

Comparator::Comparator(std::shared_ptr<Reference> reference, const Model& candidate)
    : reference_(std::move(reference)),
      candidate_(candidate),
      sums_(std::make_shared<Accumulator>(this->reference(), candidate_)) {}

void Comparator::write_real(size_t input, std::span<const float> values) {
  reference_->write_real(input, values);
  candidate_.write_real(sums_->inputs.at(input), values);
}

void Comparator::add_sample(int label, std::optional<size_t> sample) {
  Accumulator& sums = *sums_;
  sums.check_label(label);
  reference_->run(sample);
  candidate_.run();
  // All that can fail comes first, so that a failure leaves the sums as they were.
  for (size_t i = 0; i < sums.outputs.size(); ++i) {
    auto& output = sums.outputs[i];
    reference_->read_real(i, output.expected);
    candidate_.read_real(output.candidate, output.actual);
  }
  for (auto& output : sums.outputs) {
    output.errors.add(output.expected, output.actual);
    output.classes.add(output.expected, output.actual);
  }
  for (auto& layer : sums.layers) {
    layer.errors.add(real_values(reference().activations()[layer.reference], sums.expected_layer),
                     real_values(candidate_.activations()[layer.candidate], sums.actual_layer));
  }
  if (label >= 0) {
    ++sums.labelled;
    sums.reference_hits += top_class(sums.outputs[0].expected) == static_cast<size_t>(label);
    sums.candidate_hits += top_class(sums.outputs[0].actual) == static_cast<size_t>(label);
  }
  ++sums.samples;
  if (keeps_samples_) sums.keep_sample();
}

Comparison Comparator::report() const {
  const Accumulator& sums = *sums_;
  if (sums.samples == 0) fail(ErrorCode::kInvalidInput, "samples", "none were given; a comparison needs at least one");
  Comparison out{};
  out.samples = sums.samples;
  for (size_t i = 0; i < sums.outputs.size(); ++i) {
    const auto& [candidate, errors, classes, expected, actual] = sums.outputs[i];
    out.outputs.push_back({.name = reference().outputs()[i].name,
                           .max_abs = errors.max_abs(),
                           .mean_abs = errors.mean_abs(),
                           .mse = errors.mse(),
                           .cosine = errors.cosine(),
                           .sqnr_db = errors.sqnr_db(),
                           .top1_agreement = classes.top1_agreement(),
                           .top5_agreement = classes.top5_agreement()});
  }
  out.has_probabilities = !sums.outputs.empty() && sums.outputs[0].classes.are_probabilities();
  if (out.has_probabilities) {
    out.mean_shift_percent = sums.outputs[0].classes.mean_shift_percent();
    out.max_shift_percent = sums.outputs[0].classes.max_shift_percent();
    out.verdict = judge(out.mean_shift_percent < 1, out.mean_shift_percent <= 3);
  } else {
    const auto all_reach = [&](double limit) {
      return std::ranges::all_of(out.outputs, [&](const OutputMetrics& output) { return output.sqnr_db >= limit; });
    };
    out.verdict = judge(all_reach(30), all_reach(20));
  }
  out.has_accuracy = sums.labelled > 0;
  if (out.has_accuracy) {
    out.reference_accuracy = static_cast<double>(sums.reference_hits) / static_cast<double>(sums.labelled);
    out.candidate_accuracy = static_cast<double>(sums.candidate_hits) / static_cast<double>(sums.labelled);
  }
  for (const auto& layer : sums.layers) {
    const auto& activation = reference().activations()[layer.reference];
    out.layers.push_back({activation.name, activation.op_type, layer.errors.sqnr_db(), layer.errors.cosine()});
  }
  out.per_sample = sums.kept;
  return out;
}

}  // namespace webquant
