// Writes what the operator tests run, for other runtimes to run it too (tests/interop/operators.test.mjs).
#include <catch_amalgamated.hpp>
#include <cstdlib>
#include <fstream>

#include "ops_cases.h"

namespace webquant::test {
namespace {

constexpr int kSamples = 4;

void write(const std::string& path, const void* bytes, size_t size) {
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  REQUIRE(file.good());
}

}  // namespace

// Hidden: it tests nothing. Each float row gives N.tflite and N.f32, the inputs of several samples one after the other;
// names.txt has a line for each N.
TEST_CASE("write the operators' files", "[.files]") {
  const char* folder = std::getenv("WEBQUANT_OP_FILES");
  REQUIRE(folder != nullptr);
  std::string names;
  int count = 0;
  for (const OpCase& row : op_cases()) {
    if (!row.quantizable) continue;
    Random random(1);
    const auto model = save(build(row, random));
    std::vector<float> inputs;
    for (int sample = 0; sample < kSamples; ++sample) {
      for (const auto& x : random_inputs(row, random)) inputs.insert(inputs.end(), x.begin(), x.end());
    }
    const std::string stem = text(folder, "/", count++);
    write(stem + ".tflite", model.data(), model.size());
    write(stem + ".f32", inputs.data(), inputs.size() * sizeof(float));
    names += row.name + "\n";
  }
  write(text(folder, "/names.txt"), names.data(), names.size());
}

}  // namespace webquant::test
