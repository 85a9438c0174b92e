#include "quantize/fp16.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "base/quant_math.h"
#include "quantize/constants.h"
#include "quantize/decisions.h"
#include "quantize/graph_editor.h"

namespace webquant {

void quantize_fp16(Model& model, const QuantSpec& spec, QuantResult& result) {
  GraphEditor editor(model);
  const size_t op_count = graph(model).operators.size();
  std::map<int32_t, int32_t> expanded;  // float constant -> output of its DEQUANTIZE
  for (size_t n = 0; n < op_count; ++n) {
    if (is_excluded(model, n, spec)) {
      result.ops[n].reason = "excluded";
      continue;
    }
    for (size_t slot = 0; slot < editor.op(n).inputs.size(); ++slot) {
      if (!is_float_constant(model, editor.op(n), static_cast<int>(slot))) continue;
      const int32_t original = editor.op(n).inputs[slot];
      auto known = expanded.find(original);
      if (known == expanded.end()) {
        std::vector<uint16_t> halves;
        std::ranges::transform(constant_values<float>(model, editor.tensor(original)), std::back_inserter(halves),
                               float_to_half);
        const std::string name = constant_name(editor.tensor(original).name);
        // Without a name: what it expands to has the constant's own.
        const int half = editor.add_constant<uint16_t>("", editor.tensor(original).shape, DType::FLOAT16, halves);
        const int full = editor.add_tensor(original, name, DType::FLOAT32);
        // All in front, so that a constant that several operators share is there for the first of them.
        editor.insert_conversion(0, OpCode::DEQUANTIZE, 3, half, full);
        known = expanded.emplace(original, full).first;
      }
      editor.op(n).inputs[slot] = known->second;
      result.ops[n].decision = "float16";
    }
    if (result.ops[n].decision == "float32") result.ops[n].reason = "has no float constants";
  }
  editor.finish();
}

void expand_halves(Model& model) {
  Graph& g = graph(model);
  const auto is_half = [&](int32_t i) {
    return i >= 0 && g.tensors[i]->type == DType::FLOAT16 && is_constant(model, *g.tensors[i]);
  };
  const auto expand = [&](Tensor& half, Tensor& full) {
    std::vector<float> values;
    std::ranges::transform(constant_values<uint16_t>(model, half), std::back_inserter(values), half_to_float);
    const auto bytes = std::as_bytes(std::span(values));
    full.type = DType::FLOAT32;
    full.shape = half.shape;
    full.buffer = add_buffer(model, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  };
  const size_t before = g.operators.size();
  std::erase_if(g.operators, [&](const auto& op) {
    if (op_code(model, *op) != OpCode::DEQUANTIZE || op->inputs.size() != 1 || op->outputs.size() != 1) return false;
    if (!is_half(op->inputs[0])) return false;
    // A graph output cannot be a constant for every runtime.
    if (std::ranges::count(g.outputs, op->outputs[0]) > 0) return false;
    expand(*g.tensors[op->inputs[0]], *g.tensors[op->outputs[0]]);
    return true;
  });
  if (g.operators.size() != before) remove_unused(model);
}

}  // namespace webquant
