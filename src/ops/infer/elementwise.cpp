// Shapes of the operators that work on each element by itself or on each row of channels, and of matrix products.
#include <algorithm>

#include "ops/infer/infer.h"
#include "ops/op.h"

namespace webquant {
namespace {

constexpr size_t kMaxBroadcastRank = 6;

// Aligned at the innermost dimension; missing dimensions and dimensions of 1 repeat.
Shape broadcast(const InferContext& c, const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()));
  for (size_t i = 0; i < shape.size(); ++i) {
    const int32_t da = i < a.size() ? a[a.size() - 1 - i] : 1;
    const int32_t db = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (da != db && da != 1 && db != 1) c.invalid(text("cannot broadcast ", to_string(a), " and ", to_string(b)));
    shape[shape.size() - 1 - i] = da == 1 ? db : da;
  }
  if (shape.size() > kMaxBroadcastRank) {
    c.unsupported(
        text("broadcasts ", to_string(a), " and ", to_string(b), "; ", kMaxBroadcastRank, " dimensions are the most"));
  }
  return shape;
}

}  // namespace

void infer_broadcast(InferContext& c) { c.set_output(0, broadcast(c, c.input_shape(0), c.input_shape(1))); }

// The slopes may repeat, the input not.
void infer_prelu(InferContext& c) {
  const Shape &x = c.input_shape(0), &slopes = c.input_shape(1);
  if (broadcast(c, x, slopes) != x)
    c.invalid(text("has slopes of shape ", to_string(slopes), " for an input of shape ", to_string(x)));
  c.set_output(0, x);
}

void infer_unchanged(InferContext& c) { c.set_output(0, c.input_shape(0)); }

void infer_along_channels(InferContext& c) {
  if (c.input_shape(0).empty()) c.invalid("its input is a scalar");
  infer_unchanged(c);
}

void infer_local_response_normalization(InferContext& c) {
  const auto& o = c.options<tflite::LocalResponseNormalizationOptionsT>();
  if (c.input_shape(0).size() != 4)
    c.invalid(text("input 0 must have 4 dimensions, not ", to_string(c.input_shape(0))));
  if (o.radius < 0) c.invalid(text("has a radius of ", o.radius));
  infer_unchanged(c);
}

void infer_batch_matmul(InferContext& c) {
  const auto& o = c.options<tflite::BatchMatMulOptionsT>();
  Shape a = c.input_shape(0), b = c.input_shape(1);
  const auto fail = [&] {
    c.invalid(text("cannot multiply ", to_string(c.input_shape(0)), o.adj_x ? " (transposed)" : "", " and ",
                   to_string(c.input_shape(1)), o.adj_y ? " (transposed)" : ""));
  };
  if (a.size() < 2 || b.size() < 2) fail();
  if (o.adj_x) std::swap(a.end()[-1], a.end()[-2]);
  if (o.adj_y) std::swap(b.end()[-1], b.end()[-2]);
  if (a.back() != b.end()[-2]) fail();
  const int32_t rows = a.end()[-2], columns = b.back();
  // What is left are batches.
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  Shape shape = broadcast(c, a, b);
  shape.insert(shape.end(), {rows, columns});
  c.set_output(0, std::move(shape));
}

}  // namespace webquant
