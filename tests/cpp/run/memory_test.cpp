// What sessions, calibrators and comparisons take of memory, by the number of operators. Observed sessions run each
// operator by itself, so whatever each of them keeps by tensor of the whole model would add up to a square.
#include <malloc.h>

#include <catch_amalgamated.hpp>
#include <memory>

#include "compare/compare.h"
#include "model/load.h"
#include "run/calibrator.h"
#include "run/session.h"
#include "support/model_builder.h"

namespace webquant::test {
namespace {

Model chain_of_adds(int length) {
  ModelBuilder b("chain");
  int x = b.input("x", {1, 16});
  for (int i = 0; i < length; ++i) x = b.add(text("sum", i), x, x);
  b.output(x);
  return load(b.save());
}

// Bytes of the heap that the object takes.
template <class Make>
size_t bytes_of(Make make) {
  const auto before = static_cast<size_t>(mallinfo().uordblks);
  const auto object = make();
  return static_cast<size_t>(mallinfo().uordblks) - before;
}

}  // namespace

TEST_CASE("observing takes memory that grows with the number of operators, not with its square", "[memory]") {
  const Model shorter = chain_of_adds(200), longer = chain_of_adds(800);
  const auto plain = [](const Model& model) { return bytes_of([&] { return Session(model); }); };
  const auto calibrator = [](const Model& model) { return bytes_of([&] { return Calibrator(model); }); };
  const auto comparator = [](const Model& model) {
    return bytes_of([&] { return std::make_unique<Comparator>(model, model, /*layers=*/true); });
  };
  CHECK(calibrator(longer) < 5 * calibrator(shorter));
  CHECK(comparator(longer) < 5 * comparator(shorter));
  CHECK(calibrator(longer) < 3 * plain(longer));
  CHECK(comparator(longer) < 2 * 3 * plain(longer));
}

}  // namespace webquant::test
