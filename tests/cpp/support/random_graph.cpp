#include "support/random_graph.h"

#include <cmath>

#include "model/load.h"
#include "oracle/oracle.h"
#include "support/model_builder.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

constexpr size_t kMaxElements = 4000;

class Generator {
 public:
  explicit Generator(Random& random) : random_(random), b_("random graph") {}

  Model make() {
    const Shape shape = {1, between(3, 9), between(3, 9), between(1, 9)};
    for (int i = between(1, 2); i > 0; --i) maps_.push_back(b_.input(name("x"), shape));
    for (int i = between(5, 14); i > 0; --i) add_operator();
    const int last = maps_.back();
    if (chance(3)) {
      const auto inputs = static_cast<int32_t>(count_of(b_.shape(last)));
      b_.output(
          b_.fully_connected(name("dense"), last, weights({5, inputs}), {5, inputs}, maybe_bias(5), activation()));
    } else {
      b_.output(last);
    }
    for (int i = between(0, 2); i > 0; --i) {
      const int tensor = any();
      const auto& outputs = graph(b_.model()).outputs;
      if (std::find(outputs.begin(), outputs.end(), tensor) == outputs.end()) b_.output(tensor);
    }
    return load(b_.save());
  }

 private:
  void add_operator() {
    const int x = any();
    const Shape& shape = b_.shape(x);
    int y = -1;
    switch (random_.below(20)) {
      case 0:
      case 1:
        y = conv(x, shape);
        break;
      case 2:
        y = depthwise(x, shape);
        break;
      case 3:
        y = b_.add(name("add"), x, like(shape), activation());
        break;
      case 4:
        y = b_.add(name("shift"), x, b_.constant(name("c"), {shape[3]}, random_.values(shape[3])), activation());
        break;
      case 5:
        y = multiply(x, like(shape));
        break;
      case 6:
        y = multiply(x, b_.op(OpCode::LOGISTIC, name("gate"), {mean(x)}));
        break;
      case 7:
        y = pool(x, shape, chance(2) ? OpCode::MAX_POOL_2D : OpCode::AVERAGE_POOL_2D);
        break;
      case 8:
        y = concatenate(x, shape);
        break;
      case 9:
        y = pad(x);
        break;
      case 10:
        y = b_.op(chance(2) ? OpCode::RELU : OpCode::RELU6, name("relu"), {x});
        break;
      case 11:
        y = b_.op(OpCode::LOGISTIC, name("logistic"), {x});
        break;
      case 12:
        y = reshape(x, shape);
        break;
      case 13:
        y = b_.op(chance(2) ? OpCode::MAXIMUM : OpCode::MINIMUM, name("extreme"), {x, like(shape)},
                  union_of(tflite::MaximumMinimumOptionsT()));
        break;
      case 14:
        y = subtract(x, like(shape));
        break;
      case 15:
        y = activate(x);
        break;
      case 16:
        y = b_.op(OpCode::PRELU, name("prelu"), {x, b_.constant(name("slopes"), {shape[3]}, random_.values(shape[3]))});
        break;
      case 17:
        y = resize(x, shape);
        break;
      case 18:
        y = transpose_conv(x, shape);
        break;
      default:
        y = chance(2) ? b_.softmax(name("softmax"), x) : mean(x);
        break;
    }
    maps_.push_back(y);
  }

  int conv(int x, Shape in) {
    // In up to 3 groups.
    const int groups = in[3] % 2 == 0 && chance(4) ? 2 : in[3] % 3 == 0 && chance(4) ? 3 : 1;
    const Shape w = {groups * between(1, 6), std::min(between(1, 3), in[1]), std::min(between(1, 3), in[2]),
                     in[3] / groups};
    return b_.conv_2d(name("conv"), x, weights(w), w, maybe_bias(w[0]), window(in, w));
  }

  int depthwise(int x, Shape in) {
    const Shape w = {1, std::min(between(1, 3), in[1]), std::min(between(1, 3), in[2]), in[3] * between(1, 2)};
    return b_.depthwise_conv_2d(name("depthwise"), x, weights(w), w, maybe_bias(w[3]), window(in, w));
  }

  ModelBuilder::Conv window(const Shape& in, const Shape& w) {
    ModelBuilder::Conv options{.stride = between(1, 2), .activation = activation(), .dilation = between(1, 2)};
    const bool fits = (w[1] - 1) * options.dilation < in[1] && (w[2] - 1) * options.dilation < in[2];
    if (fits && chance(2)) options.padding = tflite::Padding::VALID;
    return options;
  }

  int multiply(int a, int b) {
    tflite::MulOptionsT options;
    options.fused_activation_function = activation();
    return b_.op(OpCode::MUL, name("mul"), {a, b}, union_of(options));
  }

  int subtract(int a, int b) {
    tflite::SubOptionsT options;
    options.fused_activation_function = activation();
    return b_.op(OpCode::SUB, name("sub"), {a, b}, union_of(options));
  }

  int activate(int x) {
    if (chance(4)) {
      tflite::LeakyReluOptionsT options;
      options.alpha = random_.uniform(0.01f, 0.5f);
      return b_.op(OpCode::LEAKY_RELU, name("leaky"), {x}, union_of(options));
    }
    constexpr OpCode kAll[] = {OpCode::HARD_SWISH, OpCode::TANH, OpCode::ELU, OpCode::GELU, OpCode::RELU_N1_TO_1};
    return b_.op(kAll[random_.below(5)], name("activation"), {x});
  }

  int resize(int x, Shape in) {
    tflite::ResizeBilinearOptionsT options;
    options.align_corners = chance(3);
    options.half_pixel_centers = !options.align_corners && chance(2);
    const int largest = 4 * count_of(in) <= kMaxElements ? 2 : 1;
    const std::vector<int32_t> size = {between(1, largest * in[1]), between(1, largest * in[2])};
    return b_.op(OpCode::RESIZE_BILINEAR, name("resize"), {x, b_.constant(name("size"), {2}, size)}, union_of(options));
  }

  int transpose_conv(int x, Shape in) {
    tflite::TransposeConvOptionsT options;
    options.stride_h = options.stride_w = 4 * count_of(in) <= kMaxElements ? between(1, 2) : 1;
    options.padding = tflite::Padding::SAME;
    options.fused_activation_function = activation();
    const Shape w = {between(1, 6), between(1, 3), between(1, 3), in[3]};
    const std::vector<int32_t> size = {in[0], in[1] * options.stride_h, in[2] * options.stride_w, w[0]};
    std::vector<int> operands = {b_.constant(name("size"), {4}, size), b_.constant(name("w"), w, weights(w)), x};
    const auto bias = maybe_bias(w[0]);
    if (!bias.empty()) operands.push_back(b_.constant(name("bias"), {w[0]}, bias));
    return b_.op(OpCode::TRANSPOSE_CONV, name("transposed"), operands, union_of(options));
  }

  int mean(int x) {
    tflite::ReducerOptionsT options;
    options.keep_dims = true;
    return b_.op(chance(2) ? OpCode::MEAN : OpCode::REDUCE_MAX, name("mean"),
                 {x, b_.constant(name("axes"), {2}, std::vector<int32_t>{1, 2})}, union_of(options));
  }

  int pool(int x, Shape in, OpCode code) {
    tflite::Pool2DOptionsT options;
    const bool whole_map = chance(4);
    options.filter_height = whole_map ? in[1] : std::min(between(1, 3), in[1]);
    options.filter_width = whole_map ? in[2] : std::min(between(1, 3), in[2]);
    options.stride_h = between(1, 2);
    options.stride_w = between(1, 2);
    options.padding = chance(2) ? tflite::Padding::SAME : tflite::Padding::VALID;
    options.fused_activation_function = activation();
    return b_.op(code, name("pool"), {x}, union_of(options));
  }

  int concatenate(int x, Shape in) {
    std::vector<int> parts = {x};
    for (int i = between(1, 6); i > 0; --i) {
      const int other = any();
      const Shape& shape = b_.shape(other);
      if (shape[1] == in[1] && shape[2] == in[2]) parts.push_back(other);
    }
    size_t total = 0;
    for (const int part : parts) total += count_of(b_.shape(part));
    if (total > kMaxElements) parts = {x};
    tflite::ConcatenationOptionsT options;
    options.axis = 3;
    return b_.op(OpCode::CONCATENATION, name("joined"), parts, union_of(options));
  }

  int pad(int x) {
    std::vector<int32_t> paddings(8);
    for (size_t i = 2; i < 6; ++i) paddings[i] = between(0, 1);
    return b_.op(OpCode::PAD, name("pad"), {x, b_.constant(name("paddings"), {4, 2}, paddings)},
                 union_of(tflite::PadOptionsT()));
  }

  int reshape(int x, Shape in) {
    tflite::ReshapeOptionsT options;
    options.new_shape = chance(2) ? Shape{1, in[2], in[1], in[3]} : Shape{1, in[1] * in[2], 1, -1};
    return b_.op(OpCode::RESHAPE, name("reshape"), {x}, union_of(options));
  }

  template <class Options>
  static tflite::BuiltinOptionsUnion union_of(Options options) {
    tflite::BuiltinOptionsUnion out;
    out.Set(std::move(options));
    return out;
  }

  // Of a size that keeps results about as large as what they are made from.
  std::vector<float> weights(const Shape& shape) {
    const size_t taps =
        shape[0] == 1 ? static_cast<size_t>(shape[1] * shape[2]) : count_of(shape) / static_cast<size_t>(shape[0]);
    const float limit = 2 / std::sqrt(static_cast<float>(taps));
    return random_.values(count_of(shape), -limit, limit);
  }
  std::vector<float> maybe_bias(int32_t channels) {
    return chance(4) ? std::vector<float>() : random_.values(static_cast<size_t>(channels));
  }

  Activation activation() {
    constexpr Activation kAll[] = {Activation::NONE, Activation::NONE, Activation::RELU, Activation::RELU6,
                                   Activation::RELU_N1_TO_1};
    return kAll[random_.below(5)];
  }

  // A tensor of that shape: the one itself, at least.
  int like(const Shape& shape) {
    std::vector<int> same;
    for (const int map : maps_) {
      if (b_.shape(map) == shape) same.push_back(map);
    }
    return same[random_.below(static_cast<uint32_t>(same.size()))];
  }

  int any() { return maps_[random_.below(static_cast<uint32_t>(maps_.size()))]; }
  int between(int low, int high) {
    return low + static_cast<int>(random_.below(static_cast<uint32_t>(high - low + 1)));
  }
  bool chance(uint32_t one_in) { return random_.below(one_in) == 0; }
  std::string name(const char* prefix) { return text(prefix, "_", names_++); }

  Random& random_;
  ModelBuilder b_;
  std::vector<int> maps_;  // tensors of four dimensions
  int names_ = 0;
};

}  // namespace

Model random_graph(Random& random) { return Generator(random).make(); }

}  // namespace webquant::test
