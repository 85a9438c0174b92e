// The functions and classes of the WebAssembly module.
//
// Whatever can fail returns { value } or { error: { code, where, message } }, or undefined where
// there is no value: a C++ exception that reached JavaScript would carry no message.
#include <emscripten/bind.h>

#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "base/error.h"
#include "js_values.h"
#include "model/load.h"
#include "model/save.h"
#include "ops/table.h"
#include "quantize/logits.h"
#include "runner.h"

namespace webquant {
namespace {

using emscripten::val;

val error_to_js(ErrorCode code, const std::string& where, const std::string& message) {
  auto error = val::object();
  error.set("code", std::string(to_string(code)));
  error.set("where", where);
  error.set("message", message);
  auto outcome = val::object();
  outcome.set("error", error);
  return outcome;
}

/// The one place that catches.
template <class Function>
val guard(Function function) {
  try {
    if constexpr (std::is_void_v<decltype(function())>) {
      function();
      return val::undefined();
    } else {
      auto outcome = val::object();
      outcome.set("value", function());
      return outcome;
    }
  } catch (const Error& error) {
    return error_to_js(error.code, error.where, error.message);
  } catch (const std::bad_alloc&) {
    return error_to_js(ErrorCode::kOutOfMemory, "memory", "WebAssembly could not get the memory that this takes");
  } catch (const std::length_error&) {  // a vector of more than the address space
    return error_to_js(ErrorCode::kOutOfMemory, "memory", "this takes more memory than WebAssembly can address");
  } catch (const std::exception& error) {
    return error_to_js(ErrorCode::kInternal, "webquant", error.what());
  } catch (...) {
    return error_to_js(ErrorCode::kInternal, "webquant", "an unknown exception");
  }
}

/// A member function behind `guard`.
template <auto member>
struct Guarded;
template <class Class, class Result, class... Parameters, Result (Class::*member)(Parameters...)>
struct Guarded<member> {
  static val call(Class& self, Parameters... parameters) {
    return guard([&] { return (self.*member)(parameters...); });
  }
};
template <class Class, class Result, class... Parameters, Result (Class::*member)(Parameters...) const>
struct Guarded<member> {
  static val call(const Class& self, Parameters... parameters) {
    return guard([&] { return (self.*member)(parameters...); });
  }
};

val inspect_bytes(const val& array) {
  return guard([&] { return to_js(inspect(load(bytes_from_js(array))), array["length"].as<size_t>()); });
}

val operators() {
  return guard([] { return to_js(op_table()); });
}

val quantize_bytes(const val& array, const val& options) {
  return guard([&] {
    const auto stats = stats_from_js(options["stats"]);
    auto result = quantize(load(bytes_from_js(array)), quant_spec_from_js(options), stats ? &*stats : nullptr);
    auto object = val::object();
    object.set("bytes", to_js(save(result.model)));
    object.set("ops", to_js(result.ops));
    object.set("warnings", array_to_js(result.warnings));
    return object;
  });
}

val without_softmax_bytes(const val& array) {
  return guard([&] { return to_js(save(without_softmax(load(bytes_from_js(array))))); });
}

val create_session(const val& array, int batch, bool profile) {
  return guard([&] {
    const auto model = load(bytes_from_js(array));
    return val(std::make_shared<SessionRunner>(model, SessionOptions{.batch = batch, .profile = profile}));
  });
}

val create_calibrator(const val& array, const val& options) {
  return guard([&] {
    return val(
        std::make_shared<CalibratorRunner>(load(bytes_from_js(array)), stats_options_from_js(options, "options")));
  });
}

val create_comparator(const val& reference, const val& candidate, bool layers) {
  return guard([&] {
    return val(
        std::make_shared<ComparatorRunner>(load(bytes_from_js(reference)), load(bytes_from_js(candidate)), layers));
  });
}

val create_reference(const val& array) {
  return guard([&] { return val(std::make_shared<ReferenceRunner>(load(bytes_from_js(array)))); });
}

val compare_with(const ReferenceRunner& reference, const val& candidate) {
  return guard([&] { return val(reference.compare_with(load(bytes_from_js(candidate)))); });
}

val create_frame_converter() {
  return guard([] { return val(std::make_shared<FrameConverter>()); });
}

/// Tells which of the two builds this is; TypeScript checks that it got the one it meant.
std::string variant() { return WEBQUANT_VARIANT; }

}  // namespace

EMSCRIPTEN_BINDINGS(webquant) {
  using namespace emscripten;

  function("variant", &variant);
  function("operators", &operators);
  function("inspect", &inspect_bytes);
  function("quantize", &quantize_bytes);
  function("withoutSoftmax", &without_softmax_bytes);
  function("createSession", &create_session);
  function("createCalibrator", &create_calibrator);
  function("createComparator", &create_comparator);
  function("createReference", &create_reference);
  function("createFrameConverter", &create_frame_converter);

  class_<Runner>("Runner")
      .function("ports", &Guarded<&Runner::ports>::call)
      .function("scratch", &Guarded<&Runner::scratch>::call)
      .function("writeReal", &Guarded<&Runner::write_real>::call)
      .function("readReal", &Guarded<&Runner::read_real>::call)
      .function("run", &Guarded<&Runner::run>::call);
  class_<SessionRunner, base<Runner>>("SessionRunner")
      .smart_ptr<std::shared_ptr<SessionRunner>>("SessionRunnerPointer")
      .function("profile", &Guarded<&SessionRunner::profile>::call)
      .function("memory", &Guarded<&SessionRunner::memory>::call);
  class_<CalibratorRunner, base<Runner>>("CalibratorRunner")
      .smart_ptr<std::shared_ptr<CalibratorRunner>>("CalibratorRunnerPointer")
      .function("samples", &Guarded<&CalibratorRunner::samples>::call)
      .function("stats", &Guarded<&CalibratorRunner::stats>::call)
      .function("ranges", &Guarded<&CalibratorRunner::ranges>::call);
  class_<ComparatorRunner, base<Runner>>("ComparatorRunner")
      .smart_ptr<std::shared_ptr<ComparatorRunner>>("ComparatorRunnerPointer")
      .function("runLabelled", &Guarded<&ComparatorRunner::run_labelled>::call)
      .function("runNumbered", &Guarded<&ComparatorRunner::run_numbered>::call)
      .function("keepSamples", &Guarded<&ComparatorRunner::keep_samples>::call)
      .function("report", &Guarded<&ComparatorRunner::report>::call);
  class_<ReferenceRunner, base<Runner>>("ReferenceRunner")
      .smart_ptr<std::shared_ptr<ReferenceRunner>>("ReferenceRunnerPointer")
      .function("compareWith", &compare_with)
      .function("runs", &Guarded<&ReferenceRunner::runs>::call);
  class_<FrameConverter>("FrameConverter")
      .smart_ptr<std::shared_ptr<FrameConverter>>("FrameConverterPointer")
      .function("pixels", &Guarded<&FrameConverter::pixels>::call)
      .function("convert", &Guarded<&FrameConverter::convert>::call);
}

}  // namespace webquant
