// Writes glyphs.tflite from the two files that export.py makes.
//
//     write_glyphs_model glyphs.txt glyphs.bin glyphs.tflite
//
// Each line of the listing is one operator (kind, name, names of its inputs, sizes); its weights
// and bias are the next floats of the second file, already in TFLite's layouts.

#include <bit>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "model/save.h"
#include "support/model_builder.h"

namespace {

using webquant::ErrorCode;
using webquant::ModelBuilder;
using webquant::Shape;
using Activation = webquant::tflite::ActivationFunctionType;

static_assert(std::endian::native == std::endian::little, "the weights are read as they lie in memory");

std::vector<float> read_floats(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) webquant::fail(ErrorCode::kInvalidInput, path, "cannot be read");
  std::vector<float> values(static_cast<size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

/// Adds the listed operators to a model one after the other.
class Reader {
 public:
  explicit Reader(std::span<const float> weights) : weights_(weights) {}

  void add(const std::string& line) {
    std::istringstream fields(line);
    std::string kind, name;
    fields >> kind >> name;
    tensors_[name] = last_ = add(kind, name, fields);
    if (!fields) webquant::fail(ErrorCode::kInvalidInput, line, "has too few fields");
  }

  std::vector<uint8_t> save() {
    if (!weights_.empty())
      webquant::fail(ErrorCode::kInvalidInput, "weights", webquant::text(weights_.size(), " floats are left over"));
    builder_.output(last_);
    return builder_.save();
  }

 private:
  int add(const std::string& kind, const std::string& name, std::istream& fields) {
    int height = 0, width = 0, inputs = 0, outputs = 0;
    if (kind == "input") {
      fields >> height >> width >> inputs;
      return builder_.input(name, {1, height, width, inputs});
    }
    const int x = tensor(fields);
    if (kind == "conv" || kind == "depthwise") {
      const bool depthwise = kind == "depthwise";
      ModelBuilder::Conv options;
      std::string activation;
      fields >> height >> width >> inputs;
      if (depthwise) {
        outputs = inputs;
      } else {
        fields >> outputs;
      }
      fields >> options.stride >> activation;
      options.activation = activation == "relu6" ? Activation::RELU6 : Activation::NONE;
      const Shape shape = depthwise ? Shape{1, height, width, outputs} : Shape{outputs, height, width, inputs};
      const auto weights = take(shape);
      const auto bias = take({outputs});
      return depthwise ? builder_.depthwise_conv_2d(name, x, weights, shape, bias, options)
                       : builder_.conv_2d(name, x, weights, shape, bias, options);
    }
    if (kind == "add") return builder_.add(name, x, tensor(fields));
    if (kind == "mean") return builder_.global_average_pool(name, x);
    if (kind == "fully_connected") {
      fields >> inputs >> outputs;
      const auto weights = take({outputs, inputs});
      return builder_.fully_connected(name, x, weights, {outputs, inputs}, take({outputs}));
    }
    if (kind == "softmax") return builder_.softmax(name, x);
    webquant::fail(ErrorCode::kInvalidInput, name, "unknown kind of operator: " + kind);
  }

  int tensor(std::istream& fields) {
    std::string name;
    fields >> name;
    const auto found = tensors_.find(name);
    if (found == tensors_.end())
      webquant::fail(ErrorCode::kInvalidInput, name, "is not the name of an earlier operator");
    return found->second;
  }

  std::span<const float> take(const Shape& shape) {
    const size_t count = webquant::element_count(shape, "listing");
    if (count > weights_.size()) webquant::fail(ErrorCode::kInvalidInput, "weights", "too few floats for the listing");
    const auto taken = weights_.first(count);
    weights_ = weights_.subspan(count);
    return taken;
  }

  std::span<const float> weights_;
  ModelBuilder builder_{"Glyphs: 0-9 and A-Z from 64x64 RGB frames, pixel / 127.5 - 1"};
  std::map<std::string, int> tensors_;
  int last_ = -1;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: write_glyphs_model LISTING WEIGHTS OUTPUT.tflite\n";
    return 2;
  }
  try {
    const std::vector<float> weights = read_floats(argv[2]);
    std::ifstream listing(argv[1]);
    if (!listing) webquant::fail(ErrorCode::kInvalidInput, argv[1], "cannot be read");
    Reader reader(weights);
    for (std::string line; std::getline(listing, line);) reader.add(line);
    const std::vector<uint8_t> bytes = reader.save();
    std::ofstream file(argv[3], std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) webquant::fail(ErrorCode::kInvalidInput, argv[3], "cannot be written");
    std::cout << argv[3] << ": " << bytes.size() << " bytes\n";
  } catch (const webquant::Error& error) {
    std::cerr << error.where << ": " << error.message << '\n';
    return 1;
  }
}
