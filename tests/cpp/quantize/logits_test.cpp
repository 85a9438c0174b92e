// What a model gives before its final SOFTMAX.
#include "quantize/logits.h"

#include <catch_amalgamated.hpp>

#include "model/check.h"
#include "model/load.h"
#include "support/model_builder.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

TEST_CASE("a final SOFTMAX is left out, any other stays", "[quantize]") {
  ModelBuilder b("softmax");
  const int x = b.input("x", {1, 4});
  const int inner = b.softmax("inner", x);
  const int sum = b.add("sum", inner, x);
  b.output(b.softmax("last", sum));
  b.output(inner);
  const Model model = without_softmax(load(b.save()));
  check(model);
  CHECK(count_ops(model, OpCode::SOFTMAX) == 1);
  REQUIRE(graph(model).outputs.size() == 2);
  CHECK(graph(model).tensors[graph(model).outputs[0]]->name == "sum");
  // Of an input there is nothing to be compared.
  CHECK(graph(model).tensors[graph(model).outputs[1]]->name == "inner");
}

}  // namespace
}  // namespace webquant::test
