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
  spec.min_elements = options["minElements"].as<size_t>();
  const auto names = emscripten::vecFromJSArray<std::string>(options["exclude"]);
  spec.excluded = [excluded = std::set<std::string>(names.begin(), names.end())](const std::string& name) {
    return excluded.contains(name);
  };
  return spec;
}

std::optional<Stats> stats_from_js(const val& stats) {
  if (stats.isUndefined()) return std::nullopt;
  Stats result;
  result.method = stats["method"].as<std::string>();
  result.samples = static_cast<uint64_t>(stats["samples"].as<double>());
  const val tensors = stats["tensors"];
  const auto names = emscripten::vecFromJSArray<std::string>(val::global("Object").call<val>("keys", tensors));
  for (const auto& name : names) {
    const val tensor = tensors[name];
    result.tensors[name] = {tensor["min"].as<float>(), tensor["max"].as<float>()};
  }
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
