// Operators that move values without changing them.
#include <algorithm>

#include "ops/lower.h"
#include "ops/lower_ops.h"

namespace webquant {
namespace {

// XNNPACK joins up to five tensors at once.
constexpr size_t kMaxJoined = 5;

void define_concatenation(LowerContext& c, int axis, std::span<const uint32_t> in, uint32_t out) {
  const xnn_subgraph_t g = c.graph();
  switch (in.size()) {
    case 1:
      return c.check(xnn_define_copy(g, in[0], out, 0));
    case 2:
      return c.check(xnn_define_concatenate2(g, axis, in[0], in[1], out, 0));
    case 3:
      return c.check(xnn_define_concatenate3(g, axis, in[0], in[1], in[2], out, 0));
    case 4:
      return c.check(xnn_define_concatenate4(g, axis, in[0], in[1], in[2], in[3], out, 0));
    default:
      return c.check(xnn_define_concatenate5(g, axis, in[0], in[1], in[2], in[3], in[4], out, 0));
  }
}

}  // namespace

// RESHAPE and SQUEEZE: the shape is known by now.
void lower_reshape(LowerContext& c) {
  c.match_output_scale(0);
  const Shape& shape = c.output_shape(0);
  c.check(xnn_define_static_reshape(c.graph(), shape.size(), to_sizes(shape).data(), c.in(0), c.out(), 0));
}

void lower_pad(LowerContext& c) {
  c.match_output_scale(0);
  std::vector<size_t> before, after;
  const auto paddings = c.constant_ints(1);
  for (size_t i = 0; i < paddings.size(); i += 2) {
    before.push_back(paddings[i]);
    after.push_back(paddings[i + 1]);
  }
  c.check(xnn_define_static_constant_pad(c.graph(), before.data(), after.data(), 0.0f, c.in(0), c.out(), 0));
}

void lower_concatenation(LowerContext& c) {
  const auto& o = c.options<tflite::ConcatenationOptionsT>();
  const int rank = static_cast<int>(c.output_shape(0).size());
  const int axis = o.axis < 0 ? o.axis + rank : o.axis;
  c.with_activation(o.fused_activation_function, [&](float min, float max, uint32_t out) {
    const uint32_t result = is_clamp_needed(min, max) ? c.temporary(c.output_shape(0)) : out;
    std::vector<uint32_t> pending;
    Shape joined = c.output_shape(0);
    joined[axis] = 0;
    for (size_t i = 0; i < c.input_count(); ++i) {
      if (c.input_shape(i)[axis] == 0) continue;  // nothing to join
      if (pending.size() == kMaxJoined) {
        const uint32_t part = c.temporary(joined);
        define_concatenation(c, axis, pending, part);
        pending = {part};
      }
      c.match_output_scale(i);
      pending.push_back(c.in(i));
      joined[axis] += c.input_shape(i)[axis];
    }
    define_concatenation(c, axis, pending, result);
    if (result != out) c.clamp(min, max, result, out);
  });
}

}  // namespace webquant
