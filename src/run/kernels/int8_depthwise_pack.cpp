#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "run/kernels/int8_depthwise_layout.h"

namespace webquant {
namespace {

using namespace int8_depthwise;

/// Puts a weight where the form has it: bytes or words.
void put(int8_t* vector, size_t lane, int8_t weight, FormId form) {
  if (form != FormId::kWords) {
    vector[lane] = weight;
    return;
  }
  const int16_t word = weight;
  std::memcpy(vector + lane * sizeof(word), &word, sizeof(word));
}

/// Whether a sum of two products with these weights can saturate.
bool saturates(int a, int b) { return std::max(a, 0) + std::max(b, 0) > 128 || std::min(a, 0) + std::min(b, 0) < -128; }

/// How much of a weight fits beside another one.
int fitting(int weight, int beside) {
  const int room = 128 - ((weight < 0) == (beside < 0) ? std::abs(beside) : 0);
  return std::clamp(weight, -room, room);
}

/// Divides a column's weights between the lanes of Bytes, so that no two lanes saturate. False if that is impossible.
bool divide_column(const int8_t* weights, size_t stride, size_t window, int8_t* lanes) {
  const auto weight = [&](size_t row) { return static_cast<int>(weights[row * stride]); };
  const auto first_of = [&](size_t row, size_t beside) { return fitting(weight(row), weight(beside)); };
  const int first1 = first_of(1, 0), rest1 = weight(1) - first1;
  if (window == 3) {
    const int values[] = {weight(0), first1, weight(2), rest1};
    std::copy(values, values + 4, lanes);
    return !saturates(weight(2), rest1);
  }
  const int first3 = first_of(3, 2), rest3 = weight(3) - first3;
  const int values[] = {weight(0), first1, weight(2), first3, weight(4), rest1, rest3, 0};
  std::copy(values, values + 8, lanes);
  return !saturates(weight(4), rest1);
}

}  // namespace

uint64_t DepthwiseConvolution::scratch_bytes() const {
  return uint64_t{columns_of(*this)} * groups_of(window, rows_at_once(), group_size(form)) * kQuarters * kVector;
}

size_t DepthwiseConvolution::size_bytes() const {
  return sizeof(*this) + (channels + kDepthwiseChannels - 1) / kDepthwiseChannels * group_bytes(*this);
}

void pack_depthwise(DepthwiseConvolution& c, const std::function<DepthwiseChannel(size_t)>& channel_at) {
  const size_t lanes = group_size(c.form), count = c.rows_at_once(), groups = groups_of(c.window, count, lanes);
#ifdef __wasm_relaxed_simd__
  using int8_dot::Bytes, int8_dot::Dot;
  const int32_t offset = c.form == FormId::kDot ? Dot().offset : c.form == FormId::kBytes ? Bytes::offset : 0;
#else
  const int32_t offset = 0;
#endif
  for (size_t first = 0; first < c.channels; first += kDepthwiseChannels) {
    auto& group = *reinterpret_cast<PackedGroup*>(c.packed() + first / kDepthwiseChannels * group_bytes(c));
    const size_t used = std::min(kDepthwiseChannels, c.channels - first);
    // Where a weight goes: a lane of the group of rows that `lane` is in.
    const auto put_at = [&](size_t part, size_t column, size_t lane, size_t index, int weight) {
      const size_t vector = ((part * c.window + column) * groups + lane / lanes) * kQuarters + index / 4;
      put(group.vectors + vector * kVector, index % 4 * lanes + lane % lanes, static_cast<int8_t>(weight), c.form);
    };
    int8_t divided[8];
    for (size_t index = 0; index < used; ++index) {
      const DepthwiseChannel channel = channel_at(first + index);
      uint32_t sum = 0;
      for (size_t i = 0; i < c.window * c.window; ++i)
        sum += static_cast<uint32_t>(channel.weights[i * channel.stride]);
      group.start[index] = static_cast<int32_t>(static_cast<uint32_t>(channel.start) - offset * sum);
      group.scales[index] = channel.scale;
      for (size_t x = 0; x < c.window && c.form == FormId::kBytes; ++x)
        group.is_divided |=
            !divide_column(channel.weights + x * c.window * channel.stride, channel.stride, c.window, divided);
    }
    for (size_t index = 0; index < used; ++index) {
      const DepthwiseChannel channel = channel_at(first + index);
      for (size_t x = 0; x < c.window; ++x) {
        const int8_t* column = channel.weights + x * c.window * channel.stride;
        if (c.form == FormId::kBytes && !group.is_divided) {
          divide_column(column, channel.stride, c.window, divided);
          for (size_t lane = 0; lane < groups * lanes; ++lane) put_at(0, x, lane, index, divided[lane]);
          continue;
        }
        for (size_t y = 0; y < c.window; ++y) {
          const int weight = column[y * channel.stride], half = group.is_divided ? weight / 2 : 0;
          if (group.is_divided) put_at(1, x, y, index, half);
          for (size_t row = 0; row < count; ++row) put_at(row, x, row + y, index, weight - half);
        }
      }
    }
  }
}

}  // namespace webquant
