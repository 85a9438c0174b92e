// Rows of the operators that move values.
#include "cases/cases.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;
using Activation = tflite::ActivationFunctionType;

OpCase transpose(std::string name, Operand x, std::vector<int32_t> axes) {
  return moves(TRANSPOSE, std::move(name), {std::move(x), ints(std::move(axes))});
}

OpCase expand_dims(std::string name, Operand x, int axis) {
  return moves(EXPAND_DIMS, std::move(name), {std::move(x), ints({axis}, {})});
}

OpCase pack(std::string name, std::vector<Operand> operands, int axis) {
  tflite::PackOptionsT options;
  options.axis = axis;
  options.values_count = static_cast<int>(operands.size());
  return moves(PACK, std::move(name), std::move(operands), options_of(options));
}

OpCase padding(OpCode code, std::string name, Operand x, std::vector<int32_t> paddings, std::vector<Operand> value = {},
               tflite::BuiltinOptionsUnion options = {}) {
  const auto rank = static_cast<int32_t>(x.shape.size());
  std::vector<Operand> operands = {std::move(x), ints(std::move(paddings), {rank, 2})};
  operands.insert(operands.end(), value.begin(), value.end());
  return moves(code, std::move(name), std::move(operands), std::move(options));
}

OpCase mirror_pad(std::string name, tflite::MirrorPadMode mode, Operand x, std::vector<int32_t> paddings) {
  tflite::MirrorPadOptionsT options;
  options.mode = mode;
  return padding(MIRROR_PAD, std::move(name), std::move(x), std::move(paddings), {}, options_of(options));
}

OpCase depth_to_space(std::string name, Operand x, int block) {
  tflite::DepthToSpaceOptionsT options;
  options.block_size = block;
  return moves(DEPTH_TO_SPACE, std::move(name), {std::move(x)}, options_of(options));
}

OpCase space_to_depth(std::string name, Operand x, int block) {
  tflite::SpaceToDepthOptionsT options;
  options.block_size = block;
  return moves(SPACE_TO_DEPTH, std::move(name), {std::move(x)}, options_of(options));
}

OpCase with_ints(OpCode code, std::string name, Operand x, std::vector<int32_t> values) {
  return moves(code, std::move(name), {std::move(x), ints(std::move(values))});
}

OpCase concatenation(std::string name, std::vector<Operand> operands, int axis) {
  tflite::ConcatenationOptionsT options;
  options.axis = axis;
  return moves(CONCATENATION, std::move(name), std::move(operands), options_of(options));
}

OpCase reshape(std::string name, Operand x, std::vector<int32_t> shape) {
  return moves(RESHAPE, std::move(name), {std::move(x), ints(std::move(shape))});
}

OpCase reshape_by(std::string name, Shape x, std::vector<int32_t> by_option, std::vector<int32_t> by_tensor = {}) {
  tflite::ReshapeOptionsT options;
  options.new_shape = by_option;
  std::vector<Operand> operands = {input(x)};
  if (!by_tensor.empty()) operands.push_back(ints(by_tensor));
  return {.name = "RESHAPE " + name,
          .code = RESHAPE,
          .operands = operands,
          .options = options_of(options),
          .int8_steps = 0};
}

OpCase squeeze(std::string name, Shape x, std::vector<int32_t> dims) {
  tflite::SqueezeOptionsT options;
  options.squeeze_dims = dims;
  return {.name = "SQUEEZE " + name,
          .code = SQUEEZE,
          .operands = {input(x)},
          .options = options_of(options),
          .int8_steps = 0};
}

OpCase pad(std::string name, Shape x, std::vector<int32_t> paddings) {
  const auto rank = static_cast<int32_t>(x.size());
  return {.name = "PAD " + name,
          .code = PAD,
          .operands = {input(x), ints(paddings, {rank, 2})},
          .options = options_of(tflite::PadOptionsT()),
          .int8_steps = 0};
}

OpCase join(std::string name, std::vector<Operand> operands, int axis, Activation activation = Activation::NONE) {
  tflite::ConcatenationOptionsT options;
  options.axis = axis;
  options.fused_activation_function = activation;
  return {.name = "CONCATENATION " + name,
          .code = CONCATENATION,
          .operands = operands,
          .options = options_of(options),
          .int8_steps = 0};
}

}  // namespace

std::vector<OpCase> layout_cases() {
  const Shape map = {2, 5, 7, 6};
  const Operand x = input(map);
  const Operand bytes = input({2, 4, 6, 8}, DType::UINT8, {0.02f, 100});
  constexpr auto kReflect = tflite::MirrorPadMode::REFLECT, kSymmetric = tflite::MirrorPadMode::SYMMETRIC;
  return {
      reshape_by("by options", map, {2, 35, 6}),
      reshape_by("by options, -1", map, {2, -1}),
      reshape_by("by tensor", map, {}, {10, 7, 6}),
      reshape_by("by tensor, -1", map, {}, {-1, 42}),
      reshape_by("by tensor, which overrides the options", map, {420}, {20, 21}),
      squeeze("height and width", {2, 1, 1, 6}, {1, 2}),
      squeeze("everything", {1, 5, 1, 6}, {}),
      squeeze("negative", {1, 5, 6, 1}, {-1}),
      pad("height and width", map, {0, 0, 1, 2, 3, 0, 0, 0}),
      pad("channels", map, {0, 0, 0, 0, 0, 0, 0, 10}),
      pad("everything", map, {1, 0, 1, 1, 0, 2, 3, 1}),
      pad("nothing", map, {0, 0, 0, 0, 0, 0, 0, 0}),
      pad("matrix", {3, 5}, {1, 2, 0, 4}),
      join("of 2 on channels", {x, input({2, 5, 7, 3})}, 3),
      join("of 2 on the negative axis", {x, input({2, 5, 7, 3}, 0, 4)}, -1),
      join("of 2 on the batch", {x, input({1, 5, 7, 6})}, 0),
      join("of 3 on height", {x, input({2, 1, 7, 6}), x}, 1),
      join("of 4 on width", {x, input({2, 5, 2, 6}), x, x}, 2),
      join("of 5 on channels", {x, x, input({2, 5, 7, 1}), x, x}, 3),
      join("of 6 vectors", std::vector<Operand>(6, input({1, 9})), 1),
      join("of 7 on channels", std::vector<Operand>(7, input({1, 3, 3, 5}, -2, 1)), 3),
      join("with a constant", {x, constant({2, 5, 7, 2})}, 3),
      join("RELU", {x, input({2, 5, 7, 3})}, 3, Activation::RELU),
      transpose("to channels first", x, {0, 3, 1, 2}),
      transpose("negative axes", x, {0, -2, 1, -1}),
      transpose("matrix", input({5, 9}), {1, 0}),
      transpose("nothing", input({5, 9}), {0, 1}),
      transpose("five dimensions", input({2, 3, 1, 4, 5}), {4, 0, 3, 1, 2}),
      transpose("six dimensions", input({2, 3, 1, 4, 5, 2}), {5, 4, 0, 3, 1, 2}),
      transpose("seven dimensions", input({2, 3, 1, 4, 2, 1, 3}), {5, 4, 6, 0, 3, 1, 2}),
      transpose("a scalar", input({}), {}),
      transpose("int64", integers({2, 3, 4}, -9, 9, DType::INT64), {2, 0, 1}),
      transpose("uint8", bytes, {3, 1, 0, 2}),
      expand_dims("front", x, 0),
      expand_dims("end", input({3, 4}), -1),
      expand_dims("a scalar", input({}), 0),
      expand_dims("to seven dimensions", input({1, 2, 1, 2, 1, 2}), 3),
      expand_dims("int32", integers({3}, -9, 9), 1),
      reshape("to a scalar", input({1, 1}), {}),
      reshape("from a scalar", input({}), {1, 1, 1}),
      reshape("to seven dimensions", x, {1, 2, 5, 7, 1, 2, 3}),
      reshape("of nothing", input({0, 3}), {3, 0, 2}),
      reshape("int32", integers({3, 4}, -9, 9), {2, -1}),
      reshape("int64", integers({3, 4}, -9, 9, DType::INT64), {6, 2}),
      reshape("bool", bools({3, 4}), {12}),
      moves(SQUEEZE, "bool", {bools({1, 4, 1})}, options_of(tflite::SqueezeOptionsT())),
      pack("on the batch", {x, x}, 0),
      pack("behind", {x, input(map, 0, 4), x}, -1),
      pack("in the middle, with a constant", {input({3, 4}), constant({3, 4})}, 1),
      pack("seven", std::vector<Operand>(7, input({2, 3})), 1),
      pack("scalars", {input({}), input({})}, 0),
      pack("to seven dimensions", std::vector<Operand>(2, input({1, 2, 1, 3, 1, 2})), 2),
      pack("int32 scalars", {integers({}, -9, 9), integers({}, -9, 9), ints({5}, {})}, 0),
      pack("bool", {bools({3, 4}), bools({3, 4})}, 2),
      concatenation("int32", {integers({2, 3}, -9, 9), integers({2, 1}, -9, 9), ints({7, 8}, {2, 1})}, 1),
      concatenation("int64", {integers({2, 3}, -9, 9, DType::INT64), integers({1, 3}, -9, 9, DType::INT64)}, 0),
      concatenation("bool", {bools({2, 3}), bools({2, 2})}, -1),
      concatenation("with nothing", {x, input({2, 0, 7, 6}), x}, 1),
      concatenation("seven dimensions", std::vector<Operand>(2, input({1, 2, 1, 3, 1, 2, 1})), 3),
      padding(PAD, "int32", integers({3, 4}, -9, 9), {1, 0, 2, 3}),
      padding(PAD, "bool", bools({3, 4}), {1, 0, 2, 3}),
      padding(PAD, "nothing to three", input({0, 4}), {1, 2, 0, 0}),
      padding(PAD, "uint8", bytes, {0, 0, 1, 2, 3, 0, 0, 0}),
      padding(PADV2, "height and width", x, {0, 0, 1, 2, 3, 0, 0, 0}, {constant({}, -1, 1)}),
      padding(PADV2, "with one element", x, {1, 0, 1, 2, 3, 0, 0, 1}, {constant({1}, 2, 3)}),
      padding(PADV2, "with a value of the run", x, {0, 0, 1, 2, 3, 0, 0, 0}, {input({}, -1, 1)}),
      padding(PADV2, "int32", integers({3, 4}, -9, 9), {1, 0, 2, 3}, {ints({-7}, {})}),
      mirror_pad("reflected", kReflect, x, {0, 0, 4, 2, 3, 6, 0, 0}),
      mirror_pad("symmetric", kSymmetric, x, {0, 0, 5, 2, 3, 7, 1, 6}),
      mirror_pad("a vector", kReflect, input({4}), {3, 3}),
      mirror_pad("nothing", kReflect, x, {0, 0, 0, 0, 0, 0, 0, 0}),
      mirror_pad("int32", kSymmetric, integers({3, 4}, -9, 9), {1, 0, 2, 3}),
      with_ints(TILE, "channels", x, {1, 1, 1, 3}),
      with_ints(TILE, "everything", input({2, 3, 4}), {2, 3, 2}),
      with_ints(TILE, "to nothing", input({2, 3}), {2, 0}),
      with_ints(TILE, "a scalar", input({}), {}),
      with_ints(TILE, "int64", integers({2, 3}, -9, 9, DType::INT64), {2, 2}),
      with_ints(BROADCAST_TO, "channels", input({6}), {2, 5, 7, 6}),
      with_ints(BROADCAST_TO, "one pixel", input({2, 1, 1, 6}), {2, 5, 7, 6}),
      with_ints(BROADCAST_TO, "a scalar", input({}), {2, 3}),
      with_ints(BROADCAST_TO, "to eight dimensions", input({3, 1, 2}), {2, 1, 2, 1, 2, 3, 2, 2}),
      with_ints(BROADCAST_TO, "to nothing", input({1, 3}), {0, 3}),
      with_ints(BROADCAST_TO, "int32", integers({3, 1}, -9, 9), {3, 4}),
      with_ints(REVERSE_V2, "channels", x, {3}),
      with_ints(REVERSE_V2, "height and width", x, {1, -2}),
      with_ints(REVERSE_V2, "no axis", input({3, 4}), {}),
      with_ints(REVERSE_V2, "bool", bools({3, 4}), {0}),
      depth_to_space("2", input({2, 3, 5, 12}), 2),
      depth_to_space("3", input({1, 3, 2, 9}), 3),
      depth_to_space("1", input({1, 3, 2, 5}), 1),
      depth_to_space("int32", integers({1, 3, 2, 8}, -9, 9), 2),
      space_to_depth("2", input({2, 4, 6, 3}), 2),
      space_to_depth("3", input({1, 3, 6, 2}), 3),
      space_to_depth("1", input({1, 3, 2, 5}), 1),
      space_to_depth("int64", integers({1, 4, 2, 3}, -9, 9, DType::INT64), 2),
      depth_to_space("uint8", bytes, 2),
      space_to_depth("uint8", bytes, 2),
  };
}

}  // namespace webquant::test
