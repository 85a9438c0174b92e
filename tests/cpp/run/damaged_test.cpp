// Damaged files that load: making a session of them, and running it, works or throws.
#include <catch_amalgamated.hpp>

#include "model/load.h"
#include "model/save.h"
#include "quantize/quantize.h"
#include "run/session.h"
#include "support/models.h"
#include "support/quantized.h"

namespace webquant::test {
namespace {

struct Counts {
  size_t ran = 0, refused = 0;
};

// Sizes that a damaged shape made huge are not worth the time.
constexpr size_t kMaxRunBytes = 1 << 20;

void try_session(const std::vector<uint8_t>& file, Counts& counts) {
  try {
    const Model model = load(file);
    Session session(model);
    const SessionMemory memory = session.memory();
    if (memory.activations_bytes + memory.weights_bytes < kMaxRunBytes) session.run();
    ++counts.ran;
  } catch (const Error& error) {
    INFO(error.where << ": " << error.message);
    // `internal` would mean that XNNPACK was the first to notice.
    if (error.code == ErrorCode::kInternal) FAIL_CHECK("internal error");
    ++counts.refused;
  }
}

}  // namespace

TEST_CASE("damaged files run or are refused", "[session]") {
  Random random(1);
  const auto form = GENERATE(0, 1, 2, 3);
  Model model = form == 0 ? tiny_model() : small_classifier(random);
  const Stats stats = stats_of(model);
  if (form == 2) model = quantize(model, {.mode = Mode::kStaticInt8}, &stats).model;
  if (form == 3) model = quantize(model, {.mode = Mode::kDynamicInt8, .min_elements = 0}, nullptr).model;
  const auto file = save(model);
  Counts counts;
  for_each_damaged(file, form == 0 ? 1 : 5, [&](const std::vector<uint8_t>& bytes) { try_session(bytes, counts); });
  CHECK(counts.ran > 100);
  CHECK(counts.refused > 100);
}

TEST_CASE("shapes beyond all memory are refused", "[session]") {
  const Shape shape =
      GENERATE(values<Shape>({{1, 0x7fffffff}, {0x3fffffff, 2}, {0x10000000, 4}, {1, 0x20000000}, {0x7ffffff, 16}}));
  INFO(to_string(shape));
  Model model = tiny_model();
  Graph& g = graph(model);
  g.tensors[static_cast<size_t>(g.inputs[0])]->shape = shape;
  g.tensors[static_cast<size_t>(g.outputs[0])]->shape.clear();
  const auto file = save(model);
  try {
    Session session(load(file));
    FAIL("a session of it was made");
  } catch (const Error& error) {
    CHECK((error.code == ErrorCode::kInvalidModel || error.code == ErrorCode::kOutOfMemory));
  }
  Session session(tiny_model());  // goes on working
  session.write_real(0, std::vector<float>{1, 2, 3, 4});
  session.run();
}

}  // namespace webquant::test
