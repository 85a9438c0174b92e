#include "js_values.h"
#include "ops/op.h"

namespace webquant {

using emscripten::val;

namespace {

val text_to_js(std::string_view text) { return val(std::string(text)); }

// JavaScript's numbers are exact up to 2^53, far beyond any count here.
val count_to_js(uint64_t count) { return val(static_cast<double>(count)); }

val names_to_js(const std::vector<std::pair<std::string, std::string>>& names) {
  auto object = val::object();
  for (const auto& [name, tensor] : names) object.set(name, tensor);
  return object;
}

val to_js(const OpInfo& op) {
  auto object = val::object();
  object.set("index", count_to_js(op.index));
  object.set("type", op.type);
  object.set("name", op.name);
  object.set("inputs", array_to_js(op.inputs));
  object.set("outputs", array_to_js(op.outputs));
  object.set("macs", count_to_js(op.macs));
  object.set("weightBytes", count_to_js(op.weight_bytes));
  object.set("supported", op.supported);
  if (op.supported) object.set("runs", op.runs);
  if (!op.reason.empty()) object.set("reason", op.reason);
  return object;
}

val to_js(const SignatureInfo& signature) {
  auto object = val::object();
  object.set("key", signature.key);
  object.set("inputs", names_to_js(signature.inputs));
  object.set("outputs", names_to_js(signature.outputs));
  return object;
}

val to_js(const OpDecision& op) {
  auto object = val::object();
  object.set("index", count_to_js(op.index));
  object.set("type", op.type);
  object.set("name", op.name);
  object.set("decision", op.decision);
  if (!op.reason.empty()) object.set("reason", op.reason);
  return object;
}

val to_js(const OutputMetrics& output) {
  auto object = val::object();
  object.set("maxAbs", output.max_abs);
  object.set("meanAbs", output.mean_abs);
  object.set("mse", output.mse);
  object.set("cosine", output.cosine);
  object.set("sqnrDb", output.sqnr_db);
  object.set("top1Agreement", output.top1_agreement);
  object.set("top5Agreement", output.top5_agreement);
  return object;
}

val to_js(const LayerMetrics& layer) {
  auto object = val::object();
  object.set("op", layer.op);
  object.set("type", layer.type);
  object.set("sqnrDb", layer.sqnr_db);
  object.set("cosine", layer.cosine);
  return object;
}

// A plain array: JSON has no typed ones.
template <class Number>
val numbers_to_js(const std::vector<Number>& numbers) {
  return val::global("Array").call<val>("from", val(emscripten::typed_memory_view(numbers.size(), numbers.data())));
}

val to_js(const TensorStats& tensor) {
  auto object = val::object();
  object.set("min", tensor.min);
  object.set("max", tensor.max);
  if (tensor.histogram) {
    const std::vector<double> counts(tensor.histogram->counts.begin(), tensor.histogram->counts.end());
    auto histogram = val::object();
    histogram.set("exponent", tensor.histogram->exponent);
    histogram.set("first", static_cast<double>(tensor.histogram->first));
    histogram.set("counts", numbers_to_js(counts));
    object.set("histogram", histogram);
  }
  return object;
}

val to_js(const TensorDetails& details) {
  auto object = val::object();
  object.set("minSum", details.min_sum);
  object.set("maxSum", details.max_sum);
  if (!details.channel_sum.empty()) {
    auto channels = val::object();
    channels.set("min", numbers_to_js(details.channel_min));
    channels.set("max", numbers_to_js(details.channel_max));
    channels.set("sum", numbers_to_js(details.channel_sum));
    object.set("channels", channels);
  }
  return object;
}

val to_js(const SampleErrors& errors) {
  auto object = val::object();
  object.set("maxAbs", errors.max_abs);
  object.set("meanAbs", errors.mean_abs);
  object.set("mse", errors.mse);
  object.set("cosine", errors.cosine);
  object.set("sqnrDb", errors.sqnr_db);
  object.set("range", errors.range);
  return object;
}

// `outputs`: those of the whole comparison, which have the names.
val to_js(const SampleMetrics& sample, const std::vector<OutputMetrics>& outputs) {
  auto by_name = val::object();
  for (size_t i = 0; i < sample.outputs.size(); ++i) by_name.set(outputs[i].name, to_js(sample.outputs[i]));
  auto object = val::object();
  object.set("outputs", by_name);
  if (sample.shift_percent) object.set("shiftPercent", *sample.shift_percent);
  if (sample.reference_class) object.set("reference", count_to_js(*sample.reference_class));
  if (sample.candidate_class) object.set("candidate", count_to_js(*sample.candidate_class));
  return object;
}

}  // namespace

val to_js(std::span<const uint8_t> bytes) {
  return val(emscripten::typed_memory_view(bytes.size(), bytes.data())).call<val>("slice");
}

val to_js(const TensorInfo& info) {
  auto object = val::object();
  object.set("name", info.name);
  object.set("shape", array_to_js(info.shape));
  object.set("dtype", text_to_js(to_string(info.dtype)));
  if (!info.dynamic.empty()) {
    object.set("dynamic", array_to_js(info.dynamic, [](bool dynamic) { return val(dynamic); }));
  }
  if (!info.scale.empty()) {
    auto quantization = val::object();
    quantization.set("scale", array_to_js(info.scale));
    quantization.set("zeroPoint", array_to_js(info.zero_point,
                                              [](int64_t zero_point) { return val(static_cast<double>(zero_point)); }));
    if (info.scale.size() > 1) quantization.set("axis", info.axis);
    object.set("quantization", quantization);
  }
  return object;
}

val to_js(std::span<const OpDef> table) {
  return array_to_js(table, [](const OpDef& def) {
    auto object = val::object();
    auto runs = val::array();
    if (def.lower) runs.call<void>("push", std::string("xnnpack"));
    if (def.portable) runs.call<void>("push", std::string("portable"));
    object.set("type", text_to_js(tflite::EnumNameBuiltinOperator(def.code)));
    object.set("runs", runs);
    object.set("dynamicInt8", def.quant.dynamic_version > 0);
    object.set("staticInt8", def.quant.int8_version > 0);
    return object;
  });
}

val to_js(const ModelInfo& info, size_t size_bytes) {
  const auto tensor = [](const TensorInfo& tensor) { return to_js(tensor); };
  auto object = val::object();
  object.set("description", info.description);
  object.set("sizeBytes", count_to_js(size_bytes));
  object.set("parameters", count_to_js(info.parameters));
  object.set("macs", count_to_js(info.macs));
  object.set("precision", info.precision);
  object.set("inputs", array_to_js(info.inputs, tensor));
  object.set("outputs", array_to_js(info.outputs, tensor));
  object.set("ops", array_to_js(info.ops, [](const OpInfo& op) { return to_js(op); }));
  object.set("signatures",
             array_to_js(info.signatures, [](const SignatureInfo& signature) { return to_js(signature); }));
  object.set("metadata", array_to_js(info.metadata));
  return object;
}

val to_js(const Stats& stats) {
  auto tensors = val::object(), details = val::object();
  for (const auto& [name, tensor] : stats.tensors) tensors.set(name, to_js(tensor));
  for (const auto& [name, tensor] : stats.details) details.set(name, to_js(tensor));
  const auto& options = stats.options;
  auto object = val::object();
  object.set("version", 1);
  object.set("method", text_to_js(to_string(options.method)));
  if (options.method == Method::kPercentile) object.set("percentile", options.percentile);
  if (options.method == Method::kMovingAverage) object.set("momentum", options.momentum);
  if (has_histogram(options.method)) object.set("bins", options.bins);
  object.set("samples", count_to_js(stats.samples));
  object.set("tensors", tensors);
  object.set("details", details);
  return object;
}

val to_js(const std::map<std::string, Range>& ranges) {
  auto object = val::object();
  for (const auto& [name, range] : ranges) {
    auto ends = val::object();
    ends.set("min", range.min);
    ends.set("max", range.max);
    object.set(name, ends);
  }
  return object;
}

val to_js(const std::vector<OpDecision>& ops) {
  return array_to_js(ops, [](const OpDecision& op) { return to_js(op); });
}

val to_js(const Comparison& comparison) {
  auto outputs = val::object();
  for (const auto& output : comparison.outputs) outputs.set(output.name, to_js(output));
  auto object = val::object();
  object.set("samples", count_to_js(comparison.samples));
  object.set("outputs", outputs);
  if (comparison.has_probabilities) {
    auto shift = val::object();
    shift.set("meanPercent", comparison.mean_shift_percent);
    shift.set("maxPercent", comparison.max_shift_percent);
    object.set("probabilityShift", shift);
  }
  object.set("verdict", comparison.verdict);
  if (comparison.has_accuracy) {
    auto accuracy = val::object();
    accuracy.set("reference", comparison.reference_accuracy);
    accuracy.set("candidate", comparison.candidate_accuracy);
    object.set("accuracy", accuracy);
  }
  if (!comparison.layers.empty()) {
    object.set("layers", array_to_js(comparison.layers, [](const LayerMetrics& layer) { return to_js(layer); }));
  }
  if (!comparison.per_sample.empty()) {
    object.set("perSample", array_to_js(comparison.per_sample, [&](const SampleMetrics& sample) {
                 return to_js(sample, comparison.outputs);
               }));
  }
  return object;
}

}  // namespace webquant
