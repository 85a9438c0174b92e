// Values of unlike kinds in one tensor, at the outputs of a model: boxes of 0 to 600 beside scores of 0 to 1, as the
// heads of detectors join them. One INT8 scale for all of them leaves nothing of the small ones, so such tensors stay
// float.
#pragma once

#include <string>
#include <vector>

#include "calibrate/stats.h"
#include "quantize/plan.h"

namespace webquant {

/// `reasons`: by operator, why it must stay float; empty where it may be in INT8. Adds those of which a plan, made with
/// the reasons so far, would spoil the results on their way to the model's outputs, and returns whether there were any:
/// - joins (CONCATENATION, PACK and the like) with a part that would have fewer than 32 steps of the common scale;
/// - results with channels (by the last dimension) that would have fewer than 16. Where a sample has fewer than 16 rows
///   of channels, as a classifier has, small channels may be chance: they must be set off from the others by a factor
///   of 4, and there must have been 8 rows in all;
/// - what moves these results (RESHAPE), and operators without weights that lie between them and the outputs.
///
/// The probabilities of a SOFTMAX may be small. Where a join stays float, its parts get scales of their own, so the
/// next plan wants another look. Tensors without statistics by channel are judged as wholes.
bool extend_unlike_results(const Model& model, const StaticPlan& plan, const Stats& stats,
                           std::vector<std::string>& reasons);

}  // namespace webquant
