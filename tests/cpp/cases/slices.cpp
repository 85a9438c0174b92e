// Rows of the operators that take parts of their input, which belong to the family layout.
#include <limits>

#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;

OpCase unpack(std::string name, Operand x, int axis) {
  tflite::UnpackOptionsT options;
  options.axis = axis;
  options.num = x.shape[axis < 0 ? x.shape.size() + axis : axis];
  return moves(UNPACK, std::move(name), {std::move(x)}, options_of(options), 0, options.num);
}

OpCase slice(std::string name, Operand x, std::vector<int32_t> begin, std::vector<int32_t> size) {
  return moves(SLICE, std::move(name), {std::move(x), ints(std::move(begin)), ints(std::move(size))});
}

struct Masks {
  int begin = 0, end = 0, ellipsis = 0, new_axis = 0, shrink = 0;
  bool offset = false;
};

OpCase strided_slice(std::string name, Operand x, std::vector<int32_t> begin, std::vector<int32_t> end,
                     std::vector<int32_t> strides, Masks masks = {}) {
  tflite::StridedSliceOptionsT options;
  options.begin_mask = masks.begin;
  options.end_mask = masks.end;
  options.ellipsis_mask = masks.ellipsis;
  options.new_axis_mask = masks.new_axis;
  options.shrink_axis_mask = masks.shrink;
  options.offset = masks.offset;
  return moves(STRIDED_SLICE, std::move(name),
               {std::move(x), ints(std::move(begin)), ints(std::move(end)), ints(std::move(strides))},
               options_of(options));
}

OpCase split(std::string name, Operand x, int axis, int count) {
  tflite::SplitOptionsT options;
  options.num_splits = count;
  return moves(SPLIT, std::move(name), {ints({axis}, {}), std::move(x)}, options_of(options), 1, count);
}

OpCase split_v(std::string name, Operand x, std::vector<int32_t> sizes, int axis) {
  tflite::SplitVOptionsT options;
  options.num_splits = static_cast<int>(sizes.size());
  return moves(SPLIT_V, std::move(name), {std::move(x), ints(sizes), ints({axis}, {})}, options_of(options), 0,
               options.num_splits);
}

}  // namespace

std::vector<OpCase> slice_cases() {
  const Operand x = input({2, 5, 7, 6});
  const Operand bytes = input({2, 4, 6, 8}, DType::UINT8, {0.02f, 100});
  constexpr int32_t kFar = std::numeric_limits<int32_t>::max(), kFarBack = std::numeric_limits<int32_t>::min();
  return {
      unpack("rows", x, 1),
      unpack("channels", x, -1),
      unpack("batch", input({3, 4}), 0),
      unpack("into scalars", input({3}), 0),
      unpack("int32", integers({3, 4}, -9, 9), 1),
      unpack("bool", bools({3, 4}), 1),
      unpack("uint8", bytes, 1),
      slice("a window", x, {0, 1, 2, 3}, {2, 3, 4, 2}),
      slice("to the ends", x, {1, 0, 6, 1}, {-1, 5, -1, -1}),
      slice("one element of a vector", input({9}), {4}, {1}),
      slice("six dimensions", input({2, 3, 2, 2, 3, 4}), {0, 1, 0, 1, 0, 2}, {2, 2, 1, 1, 3, 2}),
      slice("nothing", x, {0, 5, 0, 0}, {2, 0, 7, 6}),
      slice("int32", integers({4, 4}, -9, 9), {1, 2}, {2, -1}),
      slice("bool", bools({4, 4}), {0, 3}, {4, 1}),
      strided_slice("a window", x, {0, 1, 2, 3}, {2, 4, 6, 5}, {1, 1, 1, 1}),
      strided_slice("steps", x, {0, 0, 1, 0}, {2, 5, 7, 6}, {1, 2, 3, 1}),
      strided_slice("backwards", x, {1, 4, 6, 5}, {-3, 0, 1, -7}, {-1, -1, -2, -3}),
      strided_slice("masks", x, {1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 1, -1}, {.begin = 0b1111, .end = 0b1111}),
      strided_slice("beyond the ends", x, {-100, kFarBack, 3, 100}, {100, kFar, 100, -100}, {1, 1, 1, -1}),
      strided_slice("fewer entries than dimensions", x, {1, 1}, {2, -1}, {1, 1}),
      strided_slice("one row", x, {-1, 2}, {0, 0}, {1, 1}, {.shrink = 0b11}),
      strided_slice("the last channel", x, {0, -1}, {0, 0}, {1, 1}, {.ellipsis = 0b1, .shrink = 0b10}),
      strided_slice("an ellipsis in the middle", x, {1, 0, 2}, {2, 0, 5}, {1, 1, 2}, {.ellipsis = 0b10}),
      strided_slice("an ellipsis of nothing", input({3, 4}), {1, 0, 2}, {2, 0, 4}, {1, 1, 1}, {.ellipsis = 0b10}),
      strided_slice("new axes", x, {0, 1, 0, 0, 2}, {0, 4, 0, 0, 5}, {1, 1, 1, 1, 1},
                    {.ellipsis = 0b1000, .new_axis = 0b101}),
      strided_slice("ends that count from the begins", x, {0, 1, -5, 2}, {1, 3, 2, 3}, {1, 1, 1, 2}, {.offset = true}),
      strided_slice("nothing", x, {0, 3}, {2, 2}, {1, 1}),
      strided_slice("of a scalar", input({}), {0}, {0}, {1}, {.new_axis = 1}),
      strided_slice("to a scalar", input({3}), {1}, {2}, {1}, {.shrink = 1}),
      strided_slice("a huge step", input({3, 4}), {1, 3}, {kFar, kFarBack}, {kFar, kFarBack}),
      strided_slice("int32", integers({8}, -9, 9), {1}, {7}, {2}),
      strided_slice("int64 to a scalar", integers({8}, -9, 9, DType::INT64), {-2}, {0}, {1}, {.shrink = 1}),
      split("channels in two", x, 3, 2),
      split("channels in six", x, -1, 6),
      split("width in seven", x, 2, 7),
      split("in one", x, 1, 1),
      split("a vector", input({9}), 0, 3),
      split("int32", integers({4, 6}, -9, 9), 1, 3),
      split_v("uneven", x, {1, 2, 3}, 3),
      split_v("with a rest", x, {2, -1, 1}, 1),
      split_v("with an empty part", x, {2, 0, 4}, -1),
      split_v("in many", input({2, 21}), {1, 2, 3, 4, 5, 6}, 1),
      split_v("int64", integers({4, 6}, -9, 9, DType::INT64), {4, 2}, 1),
  };
}

}  // namespace webquant::test
