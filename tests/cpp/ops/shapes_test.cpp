// Shape inference: what the oracle computes, and operands that contradict each other.
#include <catch_amalgamated.hpp>
#include <functional>

#include "cases/cases.h"
#include "model/load.h"
#include "ops/facts.h"
#include "oracle/oracle.h"
#include "quantize/quantize.h"
#include "support/model_builder.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

using enum tflite::BuiltinOperator;
constexpr tflite::Padding VALID = tflite::Padding::VALID;

// The error of adding one operator to a model, which infers its shape.
Error error_of(OpCode code, std::vector<Shape> inputs, tflite::BuiltinOptionsUnion options,
               std::vector<int32_t> ints = {}) {
  ModelBuilder b("contradiction");
  std::vector<int> operands;
  for (const Shape& shape : inputs) operands.push_back(b.input(text("x", operands.size()), shape));
  if (!ints.empty()) operands.push_back(b.constant("ints", {static_cast<int32_t>(ints.size())}, ints));
  try {
    b.op(code, "y", operands, std::move(options));
  } catch (const Error& error) {
    CHECK(error.where == text(tflite::EnumNameBuiltinOperator(code), " #0 \"y\""));
    CHECK(!error.message.empty());
    return error;
  }
  FAIL("nothing was thrown");
  return {ErrorCode::kInternal, "", ""};
}

bool is_invalid(OpCode code, std::vector<Shape> inputs, tflite::BuiltinOptionsUnion options = {},
                std::vector<int32_t> ints = {}) {
  return error_of(code, std::move(inputs), std::move(options), std::move(ints)).code == ErrorCode::kInvalidModel;
}

template <class Options>
tflite::BuiltinOptionsUnion with(const std::function<void(Options&)>& change) {
  Options options;
  change(options);
  return options_of(options);
}

using Conv = tflite::Conv2DOptionsT;
using Depthwise = tflite::DepthwiseConv2DOptionsT;
using Pool = tflite::Pool2DOptionsT;

tflite::BuiltinOptionsUnion conv(const std::function<void(Conv&)>& change = [](Conv&) {}) {
  return with<Conv>([&](Conv& o) { o.stride_h = o.stride_w = 1, change(o); });
}

tflite::BuiltinOptionsUnion depthwise(const std::function<void(Depthwise&)>& change = [](Depthwise&) {}) {
  return with<Depthwise>([&](Depthwise& o) { o.stride_h = o.stride_w = 1, change(o); });
}

tflite::BuiltinOptionsUnion pool(const std::function<void(Pool&)>& change) {
  return with<Pool>([&](Pool& o) { o.stride_h = o.stride_w = o.filter_height = o.filter_width = 2, change(o); });
}

}  // namespace

TEST_CASE("inferred shapes are the oracle's, in every precision", "[ops]") {
  for (const OpCase& row : op_cases()) {
    INFO(row.name);
    Random random(1);
    const Model model = build(row, random);
    std::vector<Array> inputs;
    for (const int32_t i : graph(model).inputs) {
      const Shape& shape = graph(model).tensors[static_cast<size_t>(i)]->shape;
      inputs.push_back({shape, std::vector<double>(count_of(shape))});
    }
    const auto output = static_cast<size_t>(graph(model).outputs[0]);
    CHECK(infer(model).shapes[output] == evaluate(model, inputs)[output].shape);
    if (!row.quantizable) continue;
    const Stats stats = stats_of(model);
    for (const QuantSpec& spec :
         {QuantSpec{.mode = Mode::kFp16}, QuantSpec{.mode = Mode::kDynamicInt8, .min_elements = 0}, QuantSpec{},
          QuantSpec{.io = DType::UINT8, .per_channel = false, .symmetric = true}}) {
      const Model quantized = quantize_checked(model, spec, &stats).model;
      CHECK(infer(quantized).shapes[static_cast<size_t>(graph(quantized).outputs[0])] == infer(model).shapes[output]);
    }
  }
}

TEST_CASE("convolutions with contradicting operands are invalid", "[ops]") {
  const Shape x = {1, 8, 8, 4}, w = {6, 3, 3, 4}, dw = {1, 3, 3, 4};
  CHECK(is_invalid(CONV_2D, {{8, 8, 4}, w}, conv()));
  CHECK(is_invalid(CONV_2D, {x, {6, 3, 4}}, conv()));
  CHECK(is_invalid(CONV_2D, {x, {6, 3, 3, 3}}, conv()));              // 4 is no multiple of 3
  CHECK(is_invalid(CONV_2D, {{1, 8, 8, 12}, {8, 3, 3, 4}}, conv()));  // 8 outputs in 3 groups
  CHECK(is_invalid(CONV_2D, {{1, 8, 8, 0}, w}, conv()));
  CHECK(is_invalid(CONV_2D, {x, {0, 3, 3, 4}}, conv()));
  CHECK(is_invalid(CONV_2D, {x, {6, 0, 3, 4}}, conv()));
  CHECK(is_invalid(CONV_2D, {x, {6, 3, 3, 0}}, conv()));
  CHECK(is_invalid(CONV_2D, {x, w, {5}}, conv()));
  CHECK(is_invalid(CONV_2D, {x, w, {6, 1}}, conv()));
  CHECK(is_invalid(CONV_2D, {x, w, {6}, {6}}, conv()));
  CHECK(is_invalid(CONV_2D, {x}, conv()));
  CHECK(is_invalid(CONV_2D, {x, w}, depthwise()));
  CHECK(is_invalid(CONV_2D, {x, w}));  // no options: strides of 0
  for (const int32_t bad : {0, -1, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()}) {
    INFO(bad);
    CHECK(is_invalid(CONV_2D, {x, w}, conv([&](Conv& o) { o.stride_h = bad; })));
    CHECK(is_invalid(CONV_2D, {x, w}, conv([&](Conv& o) { o.stride_w = bad; })));
    CHECK(is_invalid(CONV_2D, {x, w}, conv([&](Conv& o) { o.dilation_h_factor = bad; })));
    CHECK(is_invalid(DEPTHWISE_CONV_2D, {x, dw}, depthwise([&](Depthwise& o) { o.stride_w = bad; })));
    CHECK(is_invalid(DEPTHWISE_CONV_2D, {x, dw}, depthwise([&](Depthwise& o) { o.dilation_w_factor = bad; })));
    CHECK(is_invalid(MAX_POOL_2D, {x}, pool([&](Pool& o) { o.filter_height = bad; })));
    CHECK(is_invalid(AVERAGE_POOL_2D, {x}, pool([&](Pool& o) { o.stride_w = bad; })));
  }
  CHECK(is_invalid(CONV_2D, {{1, 2, 8, 4}, w}, conv([](Conv& o) { o.padding = VALID; })));
  CHECK(is_invalid(CONV_2D, {x, w}, conv([](Conv& o) { o.padding = VALID, o.dilation_w_factor = 4; })));
  CHECK(is_invalid(CONV_2D, {x, w}, conv([](Conv& o) { o.padding = static_cast<tflite::Padding>(7); })));
  CHECK(is_invalid(DEPTHWISE_CONV_2D, {x, {1, 3, 3, 6}}, depthwise()));
  CHECK(is_invalid(DEPTHWISE_CONV_2D, {x, {2, 3, 3, 4}}, depthwise()));
  CHECK(is_invalid(DEPTHWISE_CONV_2D, {x, {1, 3, 3, 0}}, depthwise()));
  CHECK(is_invalid(DEPTHWISE_CONV_2D, {{1, 8, 8, 0}, {1, 3, 3, 0}}, depthwise()));
  CHECK(is_invalid(DEPTHWISE_CONV_2D, {x, {1, 3, 3, 8}}, depthwise([](Depthwise& o) { o.depth_multiplier = 3; })));
  CHECK(is_invalid(MAX_POOL_2D, {{1, 1, 8, 4}}, pool([](Pool& o) { o.padding = VALID; })));
}

TEST_CASE("transposed convolutions and resizes with contradicting operands are invalid", "[ops]") {
  const auto error = [](std::vector<int32_t> size, Shape w, Shape x, int stride, std::vector<Shape> rest = {}) {
    ModelBuilder b("contradiction");
    std::vector<int> operands = {b.constant("size", {static_cast<int32_t>(size.size())}, size), b.input("w", w),
                                 b.input("x", x)};
    for (const Shape& shape : rest) operands.push_back(b.input(text("r", operands.size()), shape));
    try {
      b.op(TRANSPOSE_CONV, "y", operands,
           with<tflite::TransposeConvOptionsT>([&](auto& o) { o.stride_h = o.stride_w = stride; }));
    } catch (const Error& e) {
      CHECK(e.where == "TRANSPOSE_CONV #0 \"y\"");
      return e.code;
    }
    FAIL("nothing was thrown");
    return ErrorCode::kInternal;
  };
  const Shape x = {2, 4, 4, 3}, w = {5, 3, 3, 3};
  for (const std::vector<int32_t>& size :
       {std::vector{2, 8, 8}, {3, 8, 8, 5}, {2, 8, 8, 6}, {2, 0, 8, 5}, {2, 8, -8, 5}, {2, 8, 8, 5, 1}}) {
    INFO(to_string(size));
    CHECK(error(size, w, x, 2) == ErrorCode::kInvalidModel);
  }
  CHECK(error({2, 9, 8, 5}, w, x, 2) == ErrorCode::kUnsupported);
  CHECK(error({2, 8, 8, 5}, {5, 3, 3, 4}, x, 2) == ErrorCode::kInvalidModel);
  CHECK(error({2, 8, 8, 5}, {5, 0, 3, 3}, x, 2) == ErrorCode::kInvalidModel);
  CHECK(error({2, 8, 8, 5}, {5, 3, 3}, x, 2) == ErrorCode::kInvalidModel);
  CHECK(error({2, 8, 8, 5}, w, {4, 4, 3}, 2) == ErrorCode::kInvalidModel);
  CHECK(error({2, 8, 8, 5}, w, x, 2, {{4}}) == ErrorCode::kInvalidModel);
  CHECK(error({2, 8, 8, 5}, w, x, 2, {{5}, {5}}) == ErrorCode::kInvalidModel);
  for (const int bad : {0, -1, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()})
    CHECK(error({2, 8, 8, 5}, w, x, bad) == ErrorCode::kInvalidModel);

  const auto resize = options_of(tflite::ResizeBilinearOptionsT());
  CHECK(is_invalid(RESIZE_BILINEAR, {{4, 4, 3}}, resize, {8, 8}));
  CHECK(is_invalid(RESIZE_BILINEAR, {{1, 0, 4, 3}}, resize, {8, 8}));
  CHECK(is_invalid(RESIZE_BILINEAR, {{1, 4, 4, 3}}, resize, {8, 8, 3}));
  CHECK(is_invalid(RESIZE_BILINEAR, {{1, 4, 4, 3}}, resize, {0, 8}));
  CHECK(is_invalid(RESIZE_BILINEAR, {{1, 4, 4, 3}}, resize, {8, -1}));
  CHECK(is_invalid(RESIZE_BILINEAR, {{1, 4, 4, 3}}, resize, {0x7fffffff, 0x7fffffff}));
  CHECK(is_invalid(RESIZE_BILINEAR, {{1, 4, 4, 3}},
                   with<tflite::ResizeBilinearOptionsT>([](auto& o) { o.align_corners = o.half_pixel_centers = true; }),
                   {8, 8}));
  CHECK(error_of(RESIZE_BILINEAR, {{1, 4, 4, 3}, {2}}, resize).code == ErrorCode::kUnsupported);
  CHECK(is_invalid(HARD_SWISH, {{1}, {1}}));
}

TEST_CASE("arithmetic on contradicting operands is invalid", "[ops]") {
  for (const OpCode code : {ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE, POW, PRELU}) {
    INFO(tflite::EnumNameBuiltinOperator(code));
    CHECK(is_invalid(code, {{2, 3}, {2, 4}}));
    CHECK(is_invalid(code, {{2, 3, 4}, {3, 3, 4}}));
    CHECK(is_invalid(code, {{2, 3}}));
    CHECK(is_invalid(code, {{1 << 20, 1}, {1, 1 << 20}}));  // 2^40 elements
    const Shape seven(7, 1);
    CHECK(error_of(code, {seven, seven}, {}).code == ErrorCode::kUnsupported);
  }
  CHECK(is_invalid(PRELU, {{1, 3}, {2, 3}}));  // the input would repeat
  CHECK(is_invalid(PRELU, {{3}, {1, 3}}));
  for (const OpCode code : {RELU_N1_TO_1,
                            LEAKY_RELU,
                            ELU,
                            GELU,
                            TANH,
                            ABS,
                            NEG,
                            EXP,
                            LOG,
                            SQRT,
                            RSQRT,
                            SQUARE,
                            FLOOR,
                            CEIL,
                            ROUND,
                            SIN,
                            COS,
                            LOG_SOFTMAX,
                            L2_NORMALIZATION,
                            LOCAL_RESPONSE_NORMALIZATION}) {
    INFO(tflite::EnumNameBuiltinOperator(code));
    CHECK(is_invalid(code, {{1, 2, 2, 1}, {1}}));
    CHECK(is_invalid(code, {}));
  }
  CHECK(is_invalid(LOG_SOFTMAX, {{}}));
  CHECK(is_invalid(L2_NORMALIZATION, {{}}));
  CHECK(is_invalid(LOCAL_RESPONSE_NORMALIZATION, {{2, 2, 3}}));
  CHECK(is_invalid(LOCAL_RESPONSE_NORMALIZATION, {{1, 2, 2, 3}},
                   with<tflite::LocalResponseNormalizationOptionsT>([](auto& o) { o.radius = -1; })));
  CHECK(is_invalid(L2_POOL_2D, {{1, 8, 8, 4}}, pool([](Pool& o) { o.filter_height = 0; })));
  const auto reduce = options_of(tflite::ReducerOptionsT());
  for (const OpCode code : {SUM, REDUCE_MAX, REDUCE_MIN}) {
    CHECK(is_invalid(code, {{1, 4, 4, 2}}, reduce, {4}));
    CHECK(is_invalid(code, {{1, 4, 4, 2}}, reduce, {-5}));
    CHECK(error_of(code, {{1, 4}, {1}}, reduce).code == ErrorCode::kUnsupported);
  }
  const auto product = [](bool adj_x, bool adj_y) {
    return with<tflite::BatchMatMulOptionsT>([&](auto& o) { o.adj_x = adj_x, o.adj_y = adj_y; });
  };
  CHECK(is_invalid(BATCH_MATMUL, {{2, 3}, {4, 2}}, product(false, false)));
  CHECK(is_invalid(BATCH_MATMUL, {{2, 3}, {3, 2}}, product(true, false)));
  CHECK(is_invalid(BATCH_MATMUL, {{2, 3}, {3, 2}}, product(false, true)));
  CHECK(is_invalid(BATCH_MATMUL, {{3}, {3, 2}}, product(false, false)));
  CHECK(is_invalid(BATCH_MATMUL, {{2, 3}, {}}, product(false, false)));
  CHECK(is_invalid(BATCH_MATMUL, {{2, 2, 3}, {3, 3, 2}}, product(false, false)));
}

TEST_CASE("other operators with contradicting operands are invalid", "[ops]") {
  const auto fc = options_of(tflite::FullyConnectedOptionsT());
  CHECK(is_invalid(FULLY_CONNECTED, {{2, 5}, {3, 4}}, fc));
  CHECK(is_invalid(FULLY_CONNECTED, {{2, 4}, {3, 4, 1}}, fc));
  CHECK(is_invalid(FULLY_CONNECTED, {{2, 4}, {3, 0}}, fc));
  CHECK(is_invalid(FULLY_CONNECTED, {{0, 4}, {3, 4}}, fc));
  CHECK(is_invalid(FULLY_CONNECTED, {{2, 4}, {3, 4}, {4}}, fc));
  CHECK(is_invalid(FULLY_CONNECTED, {{4, 2}, {3, 4}},
                   with<tflite::FullyConnectedOptionsT>([](auto& o) { o.keep_num_dims = true; })));
  CHECK(is_invalid(ADD, {{2, 3}, {2, 4}}, options_of(tflite::AddOptionsT())));
  CHECK(is_invalid(ADD, {{2, 3}}, options_of(tflite::AddOptionsT())));
  CHECK(is_invalid(MUL, {{2, 3, 4}, {3, 3, 4}}, options_of(tflite::MulOptionsT())));
  CHECK(is_invalid(MUL, {{1 << 20, 1}, {1, 1 << 20}}, options_of(tflite::MulOptionsT())));  // 2^40 elements
  CHECK(is_invalid(RELU, {{1}, {1}}));
  const auto reduce = options_of(tflite::ReducerOptionsT());
  CHECK(is_invalid(MEAN, {{1, 4, 4, 2}}, reduce, {4}));
  CHECK(is_invalid(MEAN, {{1, 4, 4, 2}}, reduce, {-5}));
  CHECK(error_of(MEAN, {{1, 4}, {1}}, reduce).code == ErrorCode::kUnsupported);  // axes that are no constant
  for (const std::vector<int32_t>& shape :
       {std::vector{5}, {2, 4}, {-1, -1}, {-1, 5}, {-2, 3}, {-1, 0}, {0x7fffffff, 0x7fffffff, 2}}) {
    CHECK(is_invalid(RESHAPE, {{2, 3}}, options_of(tflite::ReshapeOptionsT()), shape));
    CHECK(is_invalid(RESHAPE, {{2, 3}}, with<tflite::ReshapeOptionsT>([&](auto& o) { o.new_shape = shape; })));
  }
  for (const int32_t dim : {1, 2, -1, -3, 100}) {
    CHECK(is_invalid(SQUEEZE, {{1, 3}}, with<tflite::SqueezeOptionsT>([&](auto& o) { o.squeeze_dims = {dim}; })));
  }
  const auto pad = options_of(tflite::PadOptionsT());
  CHECK(is_invalid(PAD, {{2, 3}}, pad, {1, 1}));
  CHECK(is_invalid(PAD, {{2, 3}}, pad, {1, 1, -1, 0}));
  CHECK(is_invalid(PAD, {{2, 3}}, pad, {0x7fffffff, 0x7fffffff, 0, 0}));
  const auto join = [](int axis) { return with<tflite::ConcatenationOptionsT>([&](auto& o) { o.axis = axis; }); };
  CHECK(is_invalid(CONCATENATION, {}, join(0)));
  CHECK(is_invalid(CONCATENATION, {{2, 3}, {2, 4}}, join(0)));
  CHECK(is_invalid(CONCATENATION, {{2, 3}, {2, 3, 1}}, join(1)));
  CHECK(is_invalid(CONCATENATION, {{2, 3}, {2, 3}}, join(2)));
  CHECK(is_invalid(CONCATENATION, {{2, 3}, {2, 3}}, join(-3)));
  CHECK(is_invalid(CONCATENATION, {{0x7fffffff, 1}, {0x7fffffff, 1}}, join(0)));
}

TEST_CASE("a declared shape must be the inferred one unless it is dynamic", "[ops]") {
  ModelBuilder b("declared");
  const int x = b.input("x", {1, 4});
  const int y = b.op(RELU, "y", {x});
  b.output(y);
  Model model = load(b.save());
  Tensor& output = *graph(model).tensors[static_cast<size_t>(y)];
  output.shape = {1, 5};
  CHECK_THROWS_AS(infer(model), Error);
  output.shape_signature = {-1, 5};
  CHECK(infer(model).shapes[static_cast<size_t>(y)] == Shape{1, 4});
  output.shape_signature.clear();
  output.shape.clear();  // converters leave out what they do not know
  CHECK(infer(model).shapes[static_cast<size_t>(y)] == Shape{1, 4});
}

TEST_CASE("a chosen batch reaches every shape", "[ops]") {
  ModelBuilder b("batch");
  const int x = b.input("x", {1, 4, 4, 2});
  b.tensor(x).shape_signature = {-1, 4, 4, 2};
  const int y = b.op(RESHAPE, "y", {x}, with<tflite::ReshapeOptionsT>([](auto& o) { o.new_shape = {-1, 32}; }));
  b.output(y);
  const Model model = load(b.save());
  CHECK(infer(model, 5).shapes[static_cast<size_t>(y)] == Shape{5, 32});
  CHECK(infer(model).shapes[static_cast<size_t>(y)] == Shape{1, 32});
  CHECK_THROWS_AS(infer(model, 0x7fffffff), Error);
}

}  // namespace webquant::test
