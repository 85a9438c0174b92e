// The core's values as JavaScript's, and back: plain objects with the names that the npm package documents. The
// bindings use it on both ways.
#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "calibrate/stats.h"
#include "compare/compare.h"
#include "frame/frame.h"
#include "model/model.h"
#include "ops/op.h"
#include "quantize/quantize.h"
#include "run/inspect.h"
#include "run/session.h"

namespace webquant {

/// The one copy that a file makes on its way in: from a Uint8Array into memory of our own.
std::vector<uint8_t> bytes_from_js(const emscripten::val& array);

/// A new Uint8Array outside of WebAssembly's memory.
emscripten::val to_js(std::span<const uint8_t> bytes);

emscripten::val to_js(std::span<const OpDef> table);
emscripten::val to_js(const TensorInfo& info);
emscripten::val to_js(const ModelInfo& info, size_t size_bytes);
emscripten::val to_js(const Stats& stats);
emscripten::val to_js(const std::map<std::string, Range>& ranges);
emscripten::val to_js(const std::vector<OpDecision>& ops);
emscripten::val to_js(const Comparison& comparison);

/// { mode, io, granularity, activations, equalize, biasCorrection, minElements, exclude: names }, all present.
QuantSpec quant_spec_from_js(const emscripten::val& options);

/// { method, percentile, momentum, bins }; `where` they are. All but the method may be absent.
StatsOptions stats_options_from_js(const emscripten::val& options, const std::string& where);

/// Nothing for undefined. What TypeScript's `checkStats` accepts.
std::optional<Stats> stats_from_js(const emscripten::val& stats);

/// { width, height, crop, resize, mean: [3], std: [3], channels }, all present.
FrameSpec frame_spec_from_js(const emscripten::val& options);

/// An array of what `to_js` makes of each element.
template <class Items, class Convert>
emscripten::val array_to_js(const Items& items, Convert convert) {
  auto array = emscripten::val::array();
  size_t index = 0;
  for (const auto& item : items) array.set(index++, convert(item));
  return array;
}

/// An array of numbers or strings.
template <class Items>
emscripten::val array_to_js(const Items& items) {
  return array_to_js(items, [](const auto& item) { return emscripten::val(item); });
}

}  // namespace webquant
