#include "run/kernels/int8_pack.h"

#include <algorithm>
#include <cstring>

#include "run/kernels/int8_multiply.h"
#include "xnnpack/config-types.h"
#include "xnnpack/math.h"
#include "xnnpack/pack.h"

// XNNPACK's own packing gives nearly what is needed: for each tile of columns 8 numbers of 32 bits, then the steps'
// weights, then room for the scales and, in dynamic INT8, the biases. The numbers are the biases, with the input's zero
// point times the sum of the weights taken off, or in dynamic INT8 that sum with its sign turned. Here they move to a
// TileHead, and pairs of weights whose products could saturate are split, or all weights are regrouped.

namespace webquant {
namespace {

using namespace int8_dot;

/// Rows in a block of Bytes, the form that has extra steps.
constexpr size_t kExtraStepRows = 4;

/// How many steps of Bytes take the time of an extra step, and of the two steps of Words with as many channels.
constexpr float kExtraCost = 1.25f, kWordsCost = 1.25f;

bool is_safe(int8_t a, int8_t b) {
  return std::max<int>(a, 0) + std::max<int>(b, 0) <= 128 && std::min<int>(a, 0) + std::min<int>(b, 0) >= -128;
}

/// A tile within the packed weights: `taps` times `depth` rows of kColumns.
struct PackedTile {
  int8_t* begin;
  size_t taps, depth;

  size_t steps() const { return taps * depth / kDepth; }
  int8_t* weights() const { return begin + kColumns * sizeof(int32_t); }
  int8_t* group(size_t step, size_t column) const { return weights() + (step * kColumns + column) * kDepth; }
  int8_t* end(size_t extra_bytes) const { return group(steps(), 0) + extra_bytes; }

  bool is_safe(size_t step, size_t column) const {
    const int8_t* w = group(step, column);
    return webquant::is_safe(w[0], w[1]) && webquant::is_safe(w[2], w[3]);
  }
  /// As many as the column needs that needs most.
  size_t extra_steps() const {
    size_t most = 0;
    for (size_t column = 0; column < kColumns; ++column) {
      size_t count = 0;
      for (size_t i = 0; i < steps(); ++i) count += !is_safe(i, column);
      most = std::max(most, count);
    }
    return most;
  }
};

/// Leaves one half of the pairs of weights that are not safe, and puts the other half into `extra`.
void split(const PackedTile& tile, ExtraStep* extra) {
  for (size_t column = 0; column < kColumns; ++column) {
    ExtraStep* next = extra;
    for (size_t i = 0; i < tile.steps(); ++i) {
      if (tile.is_safe(i, column)) continue;
      int8_t* left = tile.group(i, column);
      int8_t* taken = next->weights + column * kDepth;
      for (size_t k = 0; k < kDepth; ++k) {
        taken[k] = static_cast<int8_t>(left[k] / 2);
        left[k] = static_cast<int8_t>(left[k] - taken[k]);
      }
      next->rows[column] = static_cast<uint32_t>(i * kExtraStepRows * kRowBytes);
      ++next;
    }
  }
}

/// From groups of 4 channels to groups of 2.
void regroup(const PackedTile& tile) {
  for (size_t i = 0; i < tile.steps(); ++i) {
    int8_t from[kColumns * kDepth], *to = tile.group(i, 0);
    std::memcpy(from, to, sizeof(from));
    for (size_t k = 0; k < kDepth; k += Words::kGroup) {
      for (size_t column = 0; column < kColumns; ++column) {
        to = std::copy_n(from + column * kDepth + k, Words::kGroup, to);
      }
    }
  }
}

FormId form_for(size_t steps, size_t extra_steps) {
  switch (dot_class()) {
    case DotClass::kUnsigned:
    case DotClass::kSigned:
      return FormId::kDot;
    case DotClass::kSaturatingPairs:
      return steps + kExtraCost * extra_steps <= kWordsCost * steps ? FormId::kBytes : FormId::kWords;
    default:
      return FormId::kWords;
  }
}

/// Takes off the bias what adding 128 to the activations adds to the sums.
void take_off_offset(const PackedTile& tile, int32_t (&start)[kColumns]) {
  for (size_t column = 0; column < kColumns; ++column) {
    uint32_t sum = 0;
    for (size_t i = 0; i < tile.steps(); ++i) {
      const int8_t* w = tile.group(i, column);
      for (size_t k = 0; k < kDepth; ++k) sum += static_cast<uint32_t>(w[k]);
    }
    start[column] = static_cast<int32_t>(static_cast<uint32_t>(start[column]) - 128 * sum);
  }
}

/// `for_each_tile(visit)` calls visit(PackedTile) for all tiles of an operator.
template <class ForEachTile>
void add_heads(PackedFor use, const ForEachTile& for_each_tile) {
  size_t tiles = 0, steps = 0, extra_steps = 0;
  KernelMemory& owner = KernelMemory::current();
  for_each_tile([&](const PackedTile& tile) {
    ++tiles;
    steps += tile.steps();
    if (dot_class() == DotClass::kSaturatingPairs) extra_steps += tile.extra_steps();
    owner.reserve(scratch_bytes(tile.taps, tile.depth));
  });
  const FormId form = form_for(steps, extra_steps);
  const bool is_offset = form == FormId::kBytes || dot_class() == DotClass::kUnsigned;
  auto* head = owner.allocate<TileHead>(tiles);
  auto* extra = owner.allocate<ExtraStep>(form == FormId::kBytes ? extra_steps : 0);
  auto* widened = owner.allocate<int16_t>(kWidensWords && form == FormId::kWords ? steps * kColumns * kDepth : 0);
  if (owner.failed()) return;
  for_each_tile([&](const PackedTile& tile) {
    std::memcpy(head->start, tile.begin, sizeof(head->start));
    if (is_offset && use == PackedFor::kStatic) take_off_offset(tile, head->start);
    head->form = form;
    head->scratch = &owner.scratch();
    if (form == FormId::kBytes) {
      head->extra = extra;
      head->extra_steps = static_cast<uint32_t>(tile.extra_steps());
      split(tile, extra);
      extra += head->extra_steps;
    } else if (form == FormId::kWords) {
      regroup(tile);
      head->widened = widened;
      if (kWidensWords) widened = std::copy_n(tile.weights(), tile.steps() * kColumns * kDepth, widened);
    }
    std::memcpy(tile.begin, &head, sizeof(head));
    ++head;
  });
}

}  // namespace

// A transposed convolution is one convolution for each offset within a stride, each with every stride-th element of the
// window.
void add_heads(const PackedWeights& weights) {
  const auto elements = [](size_t size, size_t offset, size_t stride) {
    return offset < size ? divide_round_up(size - offset, stride) : 0;
  };
  const size_t scale_bytes = kColumns * sizeof(float);
  const size_t tail_bytes = weights.use == PackedFor::kStatic ? scale_bytes : 2 * scale_bytes;
  add_heads(weights.use, [&](const auto& visit) {
    auto* begin = static_cast<int8_t*>(weights.packed);
    for (size_t i = 0; i < weights.groups * weights.stride_y * weights.stride_x; ++i) {
      const size_t y = i / weights.stride_x % weights.stride_y, x = i % weights.stride_x;
      const size_t taps = elements(weights.height, y, weights.stride_y) * elements(weights.width, x, weights.stride_x);
      for (size_t column = 0; column < weights.columns; column += kColumns) {
        const PackedTile tile{begin, taps, round_up_po2(weights.channels, kDepth)};
        visit(tile);
        begin = tile.end(tail_bytes);
      }
    }
  });
}

void set_int8_packing(xnn_gemm_config& config) {
  // Where these two are set the fully connected layers would use them in place of the others.
  config.pack_weights_and_biases = nullptr;
  config.packed_stride_weights_and_biases = nullptr;
  config.pack_gemm_goi = reinterpret_cast<xnn_packw_gemm_goi_ukernel_fn>(xnn_pack_qs8_gemm_goi_w);
  config.pack_gemm_gio = reinterpret_cast<xnn_packw_gemm_gio_ukernel_fn>(xnn_pack_qs8_gemm_gio_w);
  config.pack_igemm_goki = reinterpret_cast<xnn_pack_conv_goki_w_fn>(xnn_pack_qs8_conv_goki_w);
  config.pack_igemm_kgo = reinterpret_cast<xnn_pack_conv_kgo_w_fn>(xnn_pack_qs8_conv_kgo_w);
  config.pack_deconv_goki = reinterpret_cast<xnn_pack_deconv_goki_w_fn>(xnn_pack_qs8_deconv_goki_w);
  config.nr = kColumns;
  config.log2_kr = 2;
  config.log2_sr = 0;
}

}  // namespace webquant
