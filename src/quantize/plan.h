// Static INT8, first half: what becomes of each operator and tensor. Nothing is changed yet.
#pragma once

#include <vector>

#include "calibrate/stats.h"
#include "ops/op.h"
#include "quantize/spec.h"

namespace webquant {

struct StaticPlan {
  std::vector<bool> int8_op;        // by operator
  std::vector<bool> as_mean;        // by operator: an AVERAGE_POOL_2D that becomes a MEAN, see `averages_map`
  std::vector<QuantParams> params;  // by tensor: of its int8 form, where it needs one
  std::vector<bool> needs_params;   // by tensor

  /// Parameters that operator `op` wants its data input `slot` to have.
  QuantParams input_params(const Model& model, size_t op, size_t slot) const;
};

/// Whether input `slot` of an operator with this rule is data: no weights, bias, shape or the like.
bool is_data_input(const QuantRule& rule, size_t slot);

/// Throws missing-stats for a tensor without statistics, invalid-input for statistics that are not finite.
StaticPlan plan_static(const Model& model, const QuantSpec& spec, const Stats& stats,
                       std::vector<OpDecision>& decisions);

}  // namespace webquant
