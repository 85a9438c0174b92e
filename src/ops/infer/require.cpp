#include "ops/infer/require.h"

#include <algorithm>

namespace webquant {
namespace {

constexpr size_t kMaxBroadcastRank = 6;

}  // namespace

const Shape& require_rank(const InferContext& c, size_t input, size_t rank) {
  const Shape& shape = c.input_shape(input);
  if (shape.size() != rank)
    c.invalid(text("input ", input, " must have ", rank, " dimensions, not ", to_string(shape)));
  return shape;
}

void require_positive(const InferContext& c, std::initializer_list<int32_t> values, const char* what) {
  for (const int32_t v : values) {
    if (v < 1 || v > 0x7fff) c.invalid(text("has a ", what, " of ", v));
  }
}

int32_t window_count(const InferContext& c, tflite::Padding padding, int32_t input, int32_t kernel, int32_t stride,
                     int32_t dilation) {
  const int64_t window = static_cast<int64_t>(kernel - 1) * dilation + 1;
  if (padding == tflite::Padding::SAME)
    return static_cast<int32_t>((static_cast<int64_t>(input) + stride - 1) / stride);
  if (padding != tflite::Padding::VALID)
    c.invalid(text("has padding ", static_cast<int>(padding), ", which does not exist"));
  if (window > input) c.invalid(text("has a window of ", window, " on an input of ", input));
  return static_cast<int32_t>((input - window) / stride + 1);
}

std::vector<int32_t> ints_by_axis(const InferContext& c, size_t i, size_t rank, const char* what) {
  auto values = c.constant_ints(i);
  if (values.size() != rank)
    c.invalid(text("has ", values.size(), " ", what, " for an input of shape ", to_string(c.input_shape(0))));
  return values;
}

int32_t only_int(const InferContext& c, size_t i, const char* what) {
  const auto values = c.constant_ints(i);
  if (values.size() != 1) c.invalid(text("has ", values.size(), " ", what));
  return values[0];
}

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

}  // namespace webquant
