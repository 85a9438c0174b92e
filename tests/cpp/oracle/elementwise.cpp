// Operators that work on each element or pair of elements by itself.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "oracle/kernels.h"

namespace webquant::test {
namespace {

using Activation = tflite::ActivationFunctionType;

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

Array map(const Node& node, auto&& f) {
  Array out = node.input(0);
  for (double& value : out.values) value = f(value);
  return out;
}

double maximum(double a, double b) { return std::max(a, b); }
double minimum(double a, double b) { return std::min(a, b); }
double squared_difference(double a, double b) { return (a - b) * (a - b); }
double power(double a, double b) { return std::pow(a, b); }
double prelu(double x, double slope) { return x < 0 ? slope * x : x; }

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
double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }

}  // namespace

Outputs oracle_ADD(const Node& node) {
  return binary(
      node, [](double a, double b) { return a + b; },
      node.op.builtin_options.AsAddOptions()->fused_activation_function);
}

Outputs oracle_SUB(const Node& node) {
  return binary(
      node, [](double a, double b) { return a - b; },
      node.op.builtin_options.AsSubOptions()->fused_activation_function);
}

Outputs oracle_MUL(const Node& node) {
  return binary(
      node, [](double a, double b) { return a * b; },
      node.op.builtin_options.AsMulOptions()->fused_activation_function);
}

Outputs oracle_DIV(const Node& node) {
  return binary(
      node, [](double a, double b) { return a / b; },
      node.op.builtin_options.AsDivOptions()->fused_activation_function);
}

Outputs oracle_MAXIMUM(const Node& node) { return binary(node, maximum); }
Outputs oracle_MINIMUM(const Node& node) { return binary(node, minimum); }
Outputs oracle_SQUARED_DIFFERENCE(const Node& node) { return binary(node, squared_difference); }
Outputs oracle_POW(const Node& node) { return binary(node, power); }
Outputs oracle_PRELU(const Node& node) { return binary(node, prelu); }
Outputs oracle_RELU(const Node& node) { return map(node, relu); }
Outputs oracle_RELU6(const Node& node) { return map(node, relu6); }
Outputs oracle_RELU_N1_TO_1(const Node& node) { return map(node, relu_n1_to_1); }

Outputs oracle_LEAKY_RELU(const Node& node) {
  const double slope = node.op.builtin_options.AsLeakyReluOptions()->alpha;
  return map(node, [&](double x) { return prelu(x, slope); });
}

Outputs oracle_ELU(const Node& node) { return map(node, elu); }

Outputs oracle_GELU(const Node& node) {
  using std::numbers::pi, std::numbers::sqrt2;
  const bool approximate = node.op.builtin_options.AsGeluOptions()->approximate;
  return map(node, [&](double x) {
    return x / 2 *
           (1 + (approximate ? std::tanh(std::sqrt(2 / pi) * (x + 0.044715 * x * x * x)) : std::erf(x / sqrt2)));
  });
}

Outputs oracle_HARD_SWISH(const Node& node) { return map(node, hard_swish); }
Outputs oracle_LOGISTIC(const Node& node) { return map(node, logistic); }
Outputs oracle_TANH(const Node& node) { return map(node, hyperbolic_tangent); }
Outputs oracle_ABS(const Node& node) { return map(node, absolute); }
Outputs oracle_NEG(const Node& node) { return map(node, negative); }
Outputs oracle_EXP(const Node& node) { return map(node, exponential); }
Outputs oracle_LOG(const Node& node) { return map(node, logarithm); }
Outputs oracle_SQRT(const Node& node) { return map(node, root); }
Outputs oracle_RSQRT(const Node& node) { return map(node, inverse_root); }
Outputs oracle_SQUARE(const Node& node) { return map(node, square); }
Outputs oracle_FLOOR(const Node& node) { return map(node, down); }
Outputs oracle_CEIL(const Node& node) { return map(node, up); }
Outputs oracle_ROUND(const Node& node) { return map(node, half_to_even); }
Outputs oracle_SIGN(const Node& node) { return map(node, sign); }
Outputs oracle_SIN(const Node& node) { return map(node, sine); }
Outputs oracle_COS(const Node& node) { return map(node, cosine); }

}  // namespace webquant::test
