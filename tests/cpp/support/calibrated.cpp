#include "support/calibrated.h"

#include "calibrate/observer.h"

namespace webquant::test {

Data calibrate(const Model& model, Random& random, const StatsOptions& options) {
  Data data;
  Observer observer(options);
  const auto names = tensor_names(model);
  const Shape& shape = graph(model).tensors[static_cast<size_t>(graph(model).inputs[0])]->shape;
  for (int sample = 0; sample < 8; ++sample) {
    const auto values = random.values(count_of(shape), 0, 1);
    data.inputs.push_back({{shape, {values.begin(), values.end()}}});
    const auto tensors = evaluate(model, data.inputs.back());
    std::vector<std::vector<float>> floats(tensors.size());
    std::vector<Observed> seen;
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (is_constant(model, *graph(model).tensors[i])) continue;
      floats[i].assign(tensors[i].values.begin(), tensors[i].values.end());
      seen.push_back({names[i], names[i], floats[i], static_cast<size_t>(tensors[i].shape.back())});
    }
    observer.add(seen);
  }
  data.stats = observer.stats();
  return data;
}

Array result_of(const Model& model, const std::vector<Array>& inputs) {
  return evaluate(model, inputs)[static_cast<size_t>(graph(model).outputs[0])];
}

}  // namespace webquant::test
