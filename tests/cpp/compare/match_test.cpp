// Which inputs, outputs and layers of two models are compared with each other.
#include "compare/match.h"

#include <algorithm>
#include <catch_amalgamated.hpp>

#include "compare/compare.h"
#include "model/load.h"
#include "support/comparable.h"
#include "support/model_builder.h"

namespace webquant::test {
namespace {

// Two inputs and two outputs, "sum" = first + second and "product" = first * second.
Model two_by_two(bool swap_inputs, bool swap_outputs, const std::string& prefix = "") {
  ModelBuilder b("two by two");
  const int first = b.input(prefix + "first", {1, 3}), second = b.input(prefix + "second", {1, 3});
  const int sum = b.add(prefix + "sum", first, second);
  const int product = b.op(OpCode::MUL, prefix + "product", {sum, second});
  b.output(sum);
  b.output(product);
  if (swap_inputs) std::ranges::reverse(graph(b.model()).inputs);
  if (swap_outputs) std::ranges::reverse(graph(b.model()).outputs);
  return load(b.save());
}

TEST_CASE("layers with other names are known by the operators, or left out", "[compare]") {
  const Comparison renamed = compare(shifted({0, 0}), shifted({0, 0}, "another"), {{1, 2}}, true);
  REQUIRE(renamed.layers.size() == renamed.outputs.size());
  CHECK(renamed.layers[0].sqnr_db == kInfinity);
  CHECK(renamed.outputs.at(0).sqnr_db == kInfinity);

  ModelBuilder b("another operator");
  const int x = b.input("x", {1, 2});
  b.output(b.op(OpCode::MUL, "product", {x, x}));
  const Comparison other = compare(shifted({0, 0}), load(b.save()), {{1, 2}}, true);
  CHECK(other.layers.empty());
}

// One output of two values, and one of three.
Model of_two_sizes(bool swap_outputs, const std::string& prefix) {
  ModelBuilder b("two sizes");
  const int two = b.input("two", {1, 2}), three = b.input("three", {1, 3});
  b.output(b.add(prefix + "of two", two, two));
  b.output(b.add(prefix + "of three", three, three));
  if (swap_outputs) std::ranges::reverse(graph(b.model()).outputs);
  return load(b.save());
}

TEST_CASE("renamed outputs in another order are matched by size", "[compare]") {
  Comparator comparator(of_two_sizes(false, ""), of_two_sizes(true, "my "), false);
  comparator.write_real(0, Values{1, 2});
  comparator.write_real(1, Values{40, 50, 60});
  comparator.add_sample(-1);
  const Comparison result = comparator.report();
  CHECK(result.outputs[0].name == "of two");
  for (const OutputMetrics& output : result.outputs) CHECK(output.mse == 0);
}

TEST_CASE("inputs and outputs are matched by name, else by order", "[compare]") {
  const bool swap_inputs = GENERATE(false, true), swap_outputs = GENERATE(false, true);
  const Model reference = two_by_two(false, false);
  const auto compare_with = [&](const Model& candidate) {
    Comparator comparator(reference, candidate, false);
    comparator.write_real(0, Values{1, 2, 3});
    comparator.write_real(1, Values{40, 50, 60});
    comparator.add_sample(-1);
    return comparator.report();
  };
  const Comparison same_names = compare_with(two_by_two(swap_inputs, swap_outputs));
  REQUIRE(same_names.outputs.size() == 2);
  CHECK(same_names.outputs[0].name == "sum");
  CHECK(same_names.outputs[1].name == "product");
  CHECK(same_names.outputs[0].mse == 0);
  CHECK(same_names.outputs[1].mse == 0);

  const Comparison other_names = compare_with(two_by_two(swap_inputs, swap_outputs, "my_"));
  CHECK(other_names.outputs[0].name == "sum");
  CHECK((other_names.outputs[0].mse == 0) == !swap_outputs);
  CHECK((other_names.outputs[1].mse == 0) == (!swap_outputs && !swap_inputs));
}

TEST_CASE("models that do not fit together are refused", "[compare]") {
  check_refused("candidate", [&] { Comparator(shifted({0, 0}), shifted({0, 0, 0}), false); });
  check_refused("candidate", [&] { Comparator(shifted({0, 0}), two_by_two(false, false), false); });
  check_refused("candidate", [&] { Comparator(two_by_two(false, false), shifted({0, 0}), true); });
  Model one_output = two_by_two(false, false);
  graph(one_output).outputs.pop_back();
  check_refused("candidate", [&] { Comparator(two_by_two(false, false), one_output, false); });
}

}  // namespace
}  // namespace webquant::test
