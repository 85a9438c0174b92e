#include "support/comparable.h"

#include <catch_amalgamated.hpp>

#include "model/load.h"
#include "support/model_builder.h"

namespace webquant::test {

Comparison compare(const Model& reference, const Model& candidate, const std::vector<Values>& samples, bool layers) {
  Comparator comparator(reference, candidate, layers);
  for (const Values& sample : samples) {
    comparator.write_real(0, sample);
    comparator.add_sample(-1);
  }
  return comparator.report();
}

Model shifted(const Values& bias, const std::string& output) {
  const auto n = static_cast<int32_t>(bias.size());
  Values identity(bias.size() * bias.size());
  for (size_t i = 0; i < bias.size(); ++i) identity[i * bias.size() + i] = 1;
  ModelBuilder b("shifted");
  b.output(b.fully_connected(output, b.input("x", {1, n}), identity, {n, n}, bias));
  return load(b.save());
}

void check_refused(const std::string& where, const std::function<void()>& action) {
  try {
    action();
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code == ErrorCode::kInvalidInput);
    CHECK(error.where == where);
    CHECK_FALSE(error.message.empty());
  }
}

}  // namespace webquant::test
