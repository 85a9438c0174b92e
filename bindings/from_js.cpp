#include <set>
#include <utility>

#include "js_values.h"

namespace webquant {

using emscripten::val;

namespace {

// The word's meaning. TypeScript has checked the words; this is for whoever calls the module
// without it.
template <class Meaning>
Meaning meaning(const val& options, const char* key,
                std::initializer_list<std::pair<std::string_view, Meaning>> words) {
  const auto word = options[key].as<std::string>();
  for (const auto& [accepted, meaning] : words) {
    if (word == accepted) return meaning;
  }
  fail(ErrorCode::kInvalidInput, text("options.", key), text("\"", word, "\" is not known"));
}

// Calls visit(name, value) for each entry of a plain object.
template <class Visit>
void for_each_entry(const val& object, Visit visit) {
  const auto names = emscripten::vecFromJSArray<std::string>(val::global("Object").call<val>("keys", object));
  for (const auto& name : names) visit(name, object[name]);
}

}  // namespace

std::vector<uint8_t> bytes_from_js(const val& array) {
  std::vector<uint8_t> bytes(array["length"].as<size_t>());
  val(emscripten::typed_memory_view(bytes.size(), bytes.data())).call<void>("set", array);
  return bytes;
}

QuantSpec quant_spec_from_js(const val& options) {
  QuantSpec spec;
  spec.mode =
      meaning<Mode>(options, "mode",
                    {{"fp16", Mode::kFp16}, {"dynamic-int8", Mode::kDynamicInt8}, {"static-int8", Mode::kStaticInt8}});
  spec.io =
      meaning<DType>(options, "io", {{"float32", DType::FLOAT32}, {"int8", DType::INT8}, {"uint8", DType::UINT8}});
  spec.per_channel = meaning<bool>(options, "granularity", {{"per-channel", true}, {"per-tensor", false}});
  spec.symmetric = meaning<bool>(options, "activations", {{"symmetric", true}, {"asymmetric", false}});
  spec.equalize = options["equalize"].as<bool>();
  spec.bias_correction = options["biasCorrection"].as<bool>();
  spec.joins =
      meaning<Joins>(options, "joins", {{"auto", Joins::kAuto}, {"float32", Joins::kFloat}, {"int8", Joins::kInt8}});
  spec.min_elements = options["minElements"].as<size_t>();
  const auto names = emscripten::vecFromJSArray<std::string>(options["exclude"]);
  spec.excluded = [excluded = std::set<std::string>(names.begin(), names.end())](const std::string& name) {
    return excluded.contains(name);
  };
  return spec;
}

StatsOptions stats_options_from_js(const val& options, const std::string& where) {
  StatsOptions result;
  result.method = method_of(options["method"].as<std::string>(), where + ".method");
  if (!options["percentile"].isUndefined()) result.percentile = options["percentile"].as<double>();
  if (!options["momentum"].isUndefined()) result.momentum = options["momentum"].as<double>();
  if (!options["bins"].isUndefined()) result.bins = options["bins"].as<int>();
  return result;
}

std::optional<Stats> stats_from_js(const val& stats) {
  if (stats.isUndefined()) return std::nullopt;
  Stats result;
  result.options = stats_options_from_js(stats, "options.stats");
  result.samples = static_cast<uint64_t>(stats["samples"].as<double>());
  for_each_entry(stats["tensors"], [&](const std::string& name, const val& tensor) {
    auto& read = result.tensors[name] = {.min = tensor["min"].as<float>(), .max = tensor["max"].as<float>()};
    const val histogram = tensor["histogram"];
    if (histogram.isUndefined()) return;
    const auto counts = emscripten::convertJSArrayToNumberVector<double>(histogram["counts"]);
    read.histogram = {.exponent = histogram["exponent"].as<int>(),
                      .first = static_cast<int64_t>(histogram["first"].as<double>()),
                      .counts = {counts.begin(), counts.end()}};
  });
  if (stats["details"].isUndefined()) return result;
  for_each_entry(stats["details"], [&](const std::string& name, const val& tensor) {
    auto& read = result.details[name];
    read.min_sum = tensor["minSum"].as<double>();
    read.max_sum = tensor["maxSum"].as<double>();
    const val channels = tensor["channels"];
    if (channels.isUndefined()) return;
    read.channel_min = emscripten::convertJSArrayToNumberVector<float>(channels["min"]);
    read.channel_max = emscripten::convertJSArrayToNumberVector<float>(channels["max"]);
    read.channel_sum = emscripten::convertJSArrayToNumberVector<double>(channels["sum"]);
  });
  return result;
}

FrameSpec frame_spec_from_js(const val& options) {
  FrameSpec spec{.width = options["width"].as<int>(), .height = options["height"].as<int>()};
  spec.center_crop = meaning<bool>(options, "crop", {{"center", true}, {"none", false}});
  spec.bilinear = meaning<bool>(options, "resize", {{"bilinear", true}, {"nearest", false}});
  spec.channels = meaning<Channels>(options, "channels",
                                    {{"rgb", Channels::kRgb}, {"bgr", Channels::kBgr}, {"gray", Channels::kGray}});
  for (int channel = 0; channel < 3; ++channel) {
    spec.mean[channel] = options["mean"][channel].as<float>();
    spec.std[channel] = options["std"][channel].as<float>();
  }
  return spec;
}

}  // namespace webquant
