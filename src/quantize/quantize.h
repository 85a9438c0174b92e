// Post-training quantization of a float model: the one way in, which chooses the passes.
#pragma once

#include "calibrate/stats.h"
#include "model/model.h"
#include "quantize/spec.h"

namespace webquant {

/// Returns the quantized model; deterministic. `stats` is needed for static INT8 only. Clamps that stand alone are
/// fused into the operators before them, whose decision is theirs too. Throws missing-stats (no statistics, of no
/// samples, or lacking a tensor), invalid-input (model already quantized, statistics not finite) or unsupported (an
/// operator whose options webquant cannot carry over). Scheme: Jacob et al. 2018 (arXiv:1712.05877) in the form of
/// TensorFlow Lite's 8-bit quantization specification.
QuantResult quantize(Model model, const QuantSpec& spec, const Stats* stats);

}  // namespace webquant
