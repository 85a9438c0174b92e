// Reductions.
#include "run/lower/lower.h"

namespace webquant {
namespace {

void lower_reduce(LowerContext& c, xnn_reduce_operator type) {
  const size_t rank = c.input_shape(0).size();
  std::vector<bool> reduced(rank);
  for (const int32_t axis : c.constant_ints(1)) reduced[c.axis(axis, rank)] = true;
  std::vector<size_t> axes;
  for (size_t i = 0; i < rank; ++i) {
    if (reduced[i]) axes.push_back(i);
  }
  if (axes.empty()) {
    c.match_output_scale(0);
    return c.check(xnn_define_copy(c.graph(), c.in(0), c.out(), 0));
  }
  c.reduce(type, axes, c.options<tflite::ReducerOptionsT>().keep_dims, c.in(0), c.out());
}

}  // namespace

void lower_mean(LowerContext& c) { lower_reduce(c, xnn_reduce_mean); }
void lower_sum(LowerContext& c) { lower_reduce(c, xnn_reduce_sum); }

}  // namespace webquant
