// Operators that webquant knows nothing of, with any number of operands: each mode gives a sound file or an error.
#include <algorithm>
#include <catch_amalgamated.hpp>

#include "model/save.h"
#include "quantize/quantize.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

// A model of one custom operator with these operands; -1 is one that is left out.
Model custom(std::vector<int32_t> inputs, std::vector<int32_t> outputs, int32_t tensors) {
  Model model;
  model.version = 3;
  auto code = std::make_unique<tflite::OperatorCodeT>();
  code->builtin_code = OpCode::CUSTOM;
  code->deprecated_builtin_code = static_cast<int8_t>(OpCode::CUSTOM);
  code->custom_code = "Detect";
  model.operator_codes.push_back(std::move(code));
  model.buffers.push_back(std::make_unique<tflite::BufferT>());
  auto graph = std::make_unique<Graph>();
  for (int32_t i = 0; i < tensors; ++i) {
    graph->tensors.push_back(std::make_unique<Tensor>());
    graph->tensors.back()->shape = {1, 4};
    graph->tensors.back()->name = text("t", i);
  }
  for (const int32_t i : inputs) {
    if (i >= 0 && std::ranges::count(graph->inputs, i) == 0) graph->inputs.push_back(i);
  }
  graph->outputs = outputs;
  auto op = std::make_unique<Operator>();
  op->inputs = std::move(inputs);
  op->outputs = std::move(outputs);
  graph->operators.push_back(std::move(op));
  model.subgraphs.push_back(std::move(graph));
  return load(save(model));
}

TEST_CASE("custom operators of any operands are left as they are in every mode") {
  const Model models[] = {custom({}, {}, 0), custom({0}, {}, 1), custom({}, {0}, 1), custom({-1, 0}, {1}, 2),
                          custom({0, 0}, {1, 2}, 3)};
  for (const Model& model : models) {
    INFO(graph(model).tensors.size() << " tensors");
    for (const Mode mode : {Mode::kFp16, Mode::kDynamicInt8, Mode::kStaticInt8}) {
      for (const bool repaired : {false, true}) {
        const Stats stats = stats_of(model);
        const QuantSpec spec{.mode = mode, .equalize = repaired, .bias_correction = repaired, .min_elements = 0};
        const QuantResult result = quantize_checked(model, spec, &stats);
        REQUIRE(result.ops.size() == 1);
        CHECK(result.ops[0].decision == "float32");
        CHECK(save(result.model) == save(model));
      }
    }
  }
}

}  // namespace
}  // namespace webquant::test
