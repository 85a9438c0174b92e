// Operands of types that no kernel takes: the error names the one at fault, whatever the operator.
#include <catch_amalgamated.hpp>

#include "cases/cases.h"
#include "oracle/oracle.h"
#include "run/session.h"

namespace webquant::test {

TEST_CASE("an input of a type that no kernel takes is named", "[ops]") {
  for (const OpCase& row : op_cases()) {
    Random random(1);
    const Model model = build(row, random);
    // SHAPE does not look at the values, and where there are none, nobody does.
    const Shape& result = graph(model).tensors[static_cast<size_t>(graph(model).outputs[0])]->shape;
    if (row.code == OpCode::SHAPE || count_of(result) == 0) continue;
    for (size_t i = 0; i < row.operands.size(); ++i) {
      if (row.operands[i].kind != Operand::Kind::kInput || count_of(row.operands[i].shape) == 0) continue;
      INFO(row.name << ", input " << i);
      Model changed = model;
      const auto tensor = static_cast<size_t>(graph(changed).operators[0]->inputs[i]);
      graph(changed).tensors[tensor]->type = DType::FLOAT64;
      try {
        Session session(changed);
        FAIL_CHECK("a session was made");
      } catch (const Error& error) {
        INFO(error.message);
        const bool named = error.message.find(text("\"x", i, "\"")) != std::string::npos ||
                           error.message.find(text("input ", i)) != std::string::npos;
        CHECK(named);
        CHECK(error.message.find("float64") != std::string::npos);
      }
    }
  }
}

}  // namespace webquant::test
