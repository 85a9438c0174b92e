// Elementwise operators, reductions, normalizations and matrix products.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>

#include "oracle/kernels.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()), 1);
  for (const Shape* shape : {&a, &b}) {
    for (size_t i = 0; i < shape->size(); ++i) {
      int32_t& dim = out[out.size() - shape->size() + i];
      dim = std::max(dim, (*shape)[i]);
    }
  }
  return out;
}

Array binary(const Node& node, double (*f)(double, double), Activation activation = Activation::NONE) {
  const Array &a = node.input(0), &b = node.input(1);
  Array out{broadcast_shape(a.shape, b.shape), {}};
  for (size_t i = 0; i < count_of(out.shape); ++i) {
    const auto position = position_of(i, out.shape);
    out.values.push_back(activate(
        f(a.values[broadcast_index(position, a.shape)], b.values[broadcast_index(position, b.shape)]), activation));
  }
  return out;
}

template <double (*F)(double, double)>
Array pairs(const Node& node) {
  return binary(node, F);
}

Array add(const Node& node) {
  return binary(
      node, [](double a, double b) { return a + b; },
      node.op.builtin_options.AsAddOptions()->fused_activation_function);
}
Array sub(const Node& node) {
  return binary(
      node, [](double a, double b) { return a - b; },
      node.op.builtin_options.AsSubOptions()->fused_activation_function);
}
Array mul(const Node& node) {
  return binary(
      node, [](double a, double b) { return a * b; },
      node.op.builtin_options.AsMulOptions()->fused_activation_function);
}
Array div(const Node& node) {
  return binary(
      node, [](double a, double b) { return a / b; },
      node.op.builtin_options.AsDivOptions()->fused_activation_function);
}
double maximum(double a, double b) { return std::max(a, b); }
double minimum(double a, double b) { return std::min(a, b); }
double squared_difference(double a, double b) { return (a - b) * (a - b); }
double power(double a, double b) { return std::pow(a, b); }
double prelu(double x, double slope) { return x < 0 ? slope * x : x; }

Array map(const Node& node, auto&& f) {
  Array out = node.input(0);
  for (double& value : out.values) value = f(value);
  return out;
}

template <double (*F)(double)>
Array unary(const Node& node) {
  return map(node, F);
}

double relu(double x) { return std::max(x, 0.0); }
double relu6(double x) { return std::clamp(x, 0.0, 6.0); }
double relu_n1_to_1(double x) { return std::clamp(x, -1.0, 1.0); }
double elu(double x) { return x < 0 ? std::expm1(x) : x; }
double hard_swish(double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double hyperbolic_tangent(double x) { return std::tanh(x); }
double absolute(double x) { return std::abs(x); }
double negative(double x) { return -x; }
double exponential(double x) { return std::exp(x); }
double logarithm(double x) { return std::log(x); }
double root(double x) { return std::sqrt(x); }
double inverse_root(double x) { return 1 / std::sqrt(x); }
double square(double x) { return x * x; }
double down(double x) { return std::floor(x); }
double up(double x) { return std::ceil(x); }
double half_to_even(double x) { return std::nearbyint(x); }
double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }

Array leaky_relu(const Node& node) {
  const double slope = node.op.builtin_options.AsLeakyReluOptions()->alpha;
  return map(node, [&](double x) { return prelu(x, slope); });
}

Array gelu(const Node& node) {
  using std::numbers::pi, std::numbers::sqrt2;
  const bool approximate = node.op.builtin_options.AsGeluOptions()->approximate;
  return map(node, [&](double x) {
    return x / 2 *
           (1 + (approximate ? std::tanh(std::sqrt(2 / pi) * (x + 0.044715 * x * x * x)) : std::erf(x / sqrt2)));
  });
}

Array reduce(const Node& node, double initial, auto&& join) {
  const Array& x = node.input(0);
  const int rank = static_cast<int>(x.shape.size());
  std::set<int> axes;
  for (const double axis : node.input(1).values) axes.insert(static_cast<int>(axis < 0 ? axis + rank : axis));
  Shape reduced = x.shape;  // with the reduced dimensions as 1
  Array out;
  for (int i = 0; i < rank; ++i) {
    if (axes.contains(i)) reduced[i] = 1;
    if (node.op.builtin_options.AsReducerOptions()->keep_dims || !axes.contains(i)) out.shape.push_back(reduced[i]);
  }
  out.values.assign(count_of(out.shape), initial);
  for (size_t i = 0; i < x.values.size(); ++i) {
    double& value = out.values[broadcast_index(position_of(i, x.shape), reduced)];
    value = join(value, x.values[i]);
  }
  return out;
}

Array sum(const Node& node) { return reduce(node, 0, std::plus()); }
Array reduce_max(const Node& node) { return reduce(node, -std::numeric_limits<double>::infinity(), maximum); }
Array reduce_min(const Node& node) { return reduce(node, std::numeric_limits<double>::infinity(), minimum); }

// transform(first, end) changes a row of channels.
Array rows(const Node& node, auto&& transform) {
  Array out = node.input(0);
  const auto depth = out.shape.back();
  for (auto row = out.values.begin(); row != out.values.end(); row += depth) transform(row, row + depth);
  return out;
}

Array log_softmax(const Node& node) {
  return rows(node, [](auto first, auto end) {
    const double max = *std::max_element(first, end);
    const double total =
        std::accumulate(first, end, 0.0, [&](double so_far, double x) { return so_far + std::exp(x - max); });
    for (auto x = first; x != end; ++x) *x -= max + std::log(total);
  });
}

Array l2_normalization(const Node& node) {
  const Activation activation = node.op.builtin_options.AsL2NormOptions()->fused_activation_function;
  return rows(node, [&](auto first, auto end) {
    const double length = std::max(std::sqrt(std::inner_product(first, end, first, 0.0)), 1e-6);
    for (auto x = first; x != end; ++x) *x = activate(*x / length, activation);
  });
}

Array local_response_normalization(const Node& node) {
  const auto& o = *node.op.builtin_options.AsLocalResponseNormalizationOptions();
  return rows(node, [&](auto first, auto end) {
    const std::vector<double> x(first, end);
    const int depth = static_cast<int>(x.size());
    for (int i = 0; i < depth; ++i) {
      double squares = 0;
      for (int j = i - o.radius; j <= i + o.radius; ++j) squares += j >= 0 && j < depth ? x[j] * x[j] : 0;
      first[i] = x[i] / std::pow(o.bias + o.alpha * squares, o.beta);
    }
  });
}

Array batch_matmul(const Node& node) {
  const auto& o = *node.op.builtin_options.AsBatchMatMulOptions();
  const Array &a = node.input(0), &b = node.input(1);
  const Shape a_batch(a.shape.begin(), a.shape.end() - 2), b_batch(b.shape.begin(), b.shape.end() - 2);
  const int inner = a.shape.end()[o.adj_x ? -2 : -1];
  Array out{broadcast_shape(a_batch, b_batch), {}};
  out.shape.push_back(a.shape.end()[o.adj_x ? -1 : -2]);
  out.shape.push_back(b.shape.end()[o.adj_y ? -2 : -1]);
  for (size_t i = 0; i < count_of(out.shape); ++i) {
    const auto position = position_of(i, out.shape);
    const int row = position.end()[-2], column = position.back();
    double total = 0;
    for (int k = 0; k < inner; ++k) {
      auto at_a = position, at_b = position;
      at_a.end()[-2] = o.adj_x ? k : row;
      at_a.back() = o.adj_x ? row : k;
      at_b.end()[-2] = o.adj_y ? column : k;
      at_b.back() = o.adj_y ? k : column;
      total += a.values[broadcast_index(at_a, a.shape)] * b.values[broadcast_index(at_b, b.shape)];
    }
    out.values.push_back(total);
  }
  return out;
}

}  // namespace

const std::map<OpCode, Kernel>& math_kernels() {
  using enum tflite::BuiltinOperator;
  static const std::map<OpCode, Kernel> kernels = {
      {ADD, one(add)},
      {SUB, one(sub)},
      {MUL, one(mul)},
      {DIV, one(div)},
      {MAXIMUM, one(pairs<maximum>)},
      {MINIMUM, one(pairs<minimum>)},
      {SQUARED_DIFFERENCE, one(pairs<squared_difference>)},
      {POW, one(pairs<power>)},
      {PRELU, one(pairs<prelu>)},
      {RELU, one(unary<relu>)},
      {RELU6, one(unary<relu6>)},
      {RELU_N1_TO_1, one(unary<relu_n1_to_1>)},
      {LEAKY_RELU, one(leaky_relu)},
      {ELU, one(unary<elu>)},
      {GELU, one(gelu)},
      {HARD_SWISH, one(unary<hard_swish>)},
      {LOGISTIC, one(unary<logistic>)},
      {TANH, one(unary<hyperbolic_tangent>)},
      {ABS, one(unary<absolute>)},
      {NEG, one(unary<negative>)},
      {EXP, one(unary<exponential>)},
      {LOG, one(unary<logarithm>)},
      {SQRT, one(unary<root>)},
      {RSQRT, one(unary<inverse_root>)},
      {SQUARE, one(unary<square>)},
      {FLOOR, one(unary<down>)},
      {CEIL, one(unary<up>)},
      {ROUND, one(unary<half_to_even>)},
      {SIN, one(unary<sine>)},
      {COS, one(unary<cosine>)},
      {SUM, one(sum)},
      {REDUCE_MAX, one(reduce_max)},
      {REDUCE_MIN, one(reduce_min)},
      {LOG_SOFTMAX, one(log_softmax)},
      {L2_NORMALIZATION, one(l2_normalization)},
      {LOCAL_RESPONSE_NORMALIZATION, one(local_response_normalization)},
      {BATCH_MATMUL, one(batch_matmul)},
  };
  return kernels;
}

}  // namespace webquant::test
