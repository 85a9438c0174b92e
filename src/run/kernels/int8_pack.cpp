#include "run/kernels/int8_pack.h"

#include <algorithm>
#include <cstring>

#include "run/kernels/int8_dot.h"
#include "run/kernels/int8_kernels.h"
#include "xnnpack/config-types.h"
#include "xnnpack/math.h"
#include "xnnpack/pack.h"

// XNNPACK's own packing for unsigned activations gives nearly what is needed: for each tile of columns the biases, with
// 128 times the sum of the weights taken off, then the steps' weights, then room for the scales. Here the biases move
// to a TileHead, and pairs of weights whose products could saturate are split, or all weights are regrouped.

namespace webquant {
namespace {

using namespace int8_dot;

/// Whether the processor has an instruction for the form Bytes.
bool has_bytes = false;

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
      next->rows[column] = static_cast<uint32_t>(i * kRowsBytes);
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

/// `for_each_tile(visit)` calls visit(PackedTile) for all tiles of an operator.
template <class ForEachTile>
void add_heads(const ForEachTile& for_each_tile) {
  size_t tiles = 0, steps = 0, extra_steps = 0;
  ExtraWeights& owner = ExtraWeights::current();
  for_each_tile([&](const PackedTile& tile) {
    ++tiles;
    steps += tile.steps();
    extra_steps += tile.extra_steps();
    owner.reserve_rows(tile.taps, tile.depth);
  });
  const bool bytes = has_bytes && steps + kExtraCost * extra_steps <= kWordsCost * steps;
  auto* head = owner.allocate<TileHead>(tiles);
  auto* extra = owner.allocate<ExtraStep>(bytes ? extra_steps : 0);
  const size_t widened_count = kWidensWords && !bytes ? steps * kColumns * kDepth : 0;
  auto* widened = owner.allocate<int16_t>(widened_count);
  if (owner.failed()) return;
  for_each_tile([&](const PackedTile& tile) {
    std::memcpy(head->bias, tile.begin, sizeof(head->bias));
    if (bytes) {
      head->extra = extra;
      head->extra_steps = static_cast<uint32_t>(tile.extra_steps());
      split(tile, extra);
      extra += head->extra_steps;
    } else {
      head->is_words = true;
      regroup(tile);
      head->widened = widened;
      if (kWidensWords) widened = std::copy_n(tile.weights(), tile.steps() * kColumns * kDepth, widened);
    }
    std::memcpy(tile.begin, &head, sizeof(head));
    ++head;
  });
}

/// `groups` times as many tiles as `columns` need, one after the other.
void add_heads(void* packed, size_t groups, size_t columns, size_t taps, size_t channels, size_t extra_bytes) {
  const size_t tiles = groups * divide_round_up(columns, kColumns);
  add_heads([&](const auto& visit) {
    PackedTile tile{static_cast<int8_t*>(packed), taps, round_up_po2(channels, kDepth)};
    for (size_t i = 0; i < tiles; ++i, tile.begin = tile.end(extra_bytes)) visit(tile);
  });
}

void pack_gemm_goi(size_t groups, size_t columns, size_t channels, size_t nr, size_t kr, size_t sr,
                   const int8_t* kernel, const int32_t* bias, const float* scale, void* packed, size_t extra_bytes,
                   const xnn_qs8_packing_params* params) {
  xnn_pack_qs8_to_qu8_gemm_goi_w(groups, columns, channels, nr, kr, sr, kernel, bias, scale, packed, extra_bytes,
                                 params);
  add_heads(packed, groups, columns, 1, channels, extra_bytes);
}

void pack_gemm_gio(size_t groups, size_t columns, size_t channels, size_t nr, size_t kr, size_t sr, size_t k_stride,
                   const int8_t* kernel, const int32_t* bias, const float* scale, void* packed, size_t extra_bytes,
                   const xnn_qs8_packing_params* params) {
  xnn_pack_qs8_to_qu8_gemm_gio_w(groups, columns, channels, nr, kr, sr, k_stride, kernel, bias, scale, packed,
                                 extra_bytes, params);
  add_heads(packed, groups, columns, 1, channels, extra_bytes);
}

void pack_igemm_goki(size_t groups, size_t columns, size_t taps, size_t channels, size_t nr, size_t kr, size_t sr,
                     const int8_t* kernel, const int32_t* bias, const float* scale, void* packed, size_t extra_bytes,
                     const xnn_qs8_packing_params* params) {
  xnn_pack_qs8_to_qu8_conv_goki_w(groups, columns, taps, channels, nr, kr, sr, kernel, bias, scale, packed, extra_bytes,
                                  params);
  add_heads(packed, groups, columns, taps, channels, extra_bytes);
}

void pack_igemm_kgo(size_t groups, size_t columns, size_t taps, size_t nr, size_t kr, size_t sr, const int8_t* kernel,
                    const int32_t* bias, const float* scale, void* packed, size_t extra_bytes,
                    const xnn_qs8_packing_params* params) {
  xnn_pack_qs8_to_qu8_conv_kgo_w(groups, columns, taps, nr, kr, sr, kernel, bias, scale, packed, extra_bytes, params);
  add_heads(packed, groups, columns, taps, 1, extra_bytes);
}

/// A transposed convolution is one convolution for each offset within a stride, each with every stride-th element of
/// the window.
void pack_deconv_goki(size_t groups, size_t columns, size_t height, size_t width, size_t channels, size_t stride_y,
                      size_t stride_x, size_t nr, size_t kr, size_t sr, const int8_t* kernel, const int32_t* bias,
                      const float* scale, void* packed, size_t extra_bytes, subconvolution_params* subconvolutions,
                      const xnn_qs8_packing_params* params) {
  xnn_pack_qs8_to_qu8_deconv_goki_w(groups, columns, height, width, channels, stride_y, stride_x, nr, kr, sr, kernel,
                                    bias, scale, packed, extra_bytes, subconvolutions, params);
  const auto elements = [](size_t size, size_t offset, size_t stride) {
    return offset < size ? divide_round_up(size - offset, stride) : 0;
  };
  add_heads([&](const auto& visit) {
    auto* begin = static_cast<int8_t*>(packed);
    for (size_t i = 0; i < groups * stride_y * stride_x; ++i) {
      const size_t y = i / stride_x % stride_y, x = i % stride_x;
      const size_t taps = elements(height, y, stride_y) * elements(width, x, stride_x);
      for (size_t column = 0; column < columns; column += kColumns) {
        const PackedTile tile{begin, taps, round_up_po2(channels, kDepth)};
        visit(tile);
        begin = tile.end(extra_bytes);
      }
    }
  });
}

}  // namespace

void set_int8_packing(xnn_gemm_config& config, bool bytes) {
  has_bytes = bytes;
  // Where these two are set the fully connected layers would use them in place of the others.
  config.pack_weights_and_biases = nullptr;
  config.packed_stride_weights_and_biases = nullptr;
  config.pack_gemm_goi = reinterpret_cast<xnn_packw_gemm_goi_ukernel_fn>(pack_gemm_goi);
  config.pack_gemm_gio = reinterpret_cast<xnn_packw_gemm_gio_ukernel_fn>(pack_gemm_gio);
  config.pack_igemm_goki = reinterpret_cast<xnn_pack_conv_goki_w_fn>(pack_igemm_goki);
  config.pack_igemm_kgo = reinterpret_cast<xnn_pack_conv_kgo_w_fn>(pack_igemm_kgo);
  config.pack_deconv_goki = reinterpret_cast<xnn_pack_deconv_goki_w_fn>(pack_deconv_goki);
  config.nr = kColumns;
  config.log2_kr = 2;
  config.log2_sr = 0;
}

}  // namespace webquant
