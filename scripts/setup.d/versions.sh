# shellcheck shell=bash disable=SC2034
# The one place that pins what scripts/setup fetches.

# Suite of the distribution whose source and Emscripten packages the build stands on.
readonly SUITE=trixie

readonly EMSCRIPTEN_VERSION=3.1.69
readonly EMSCRIPTEN_PACKAGE_VERSION=3.1.69+dfsg-3
readonly LLVM_VERSION=19
# Emscripten 3.1.69 expects Binaryen 120 and an acorn of the 8 series.
readonly BINARYEN_VERSION=120.0.0
readonly ACORN_VERSION=8.14.0
# A Node whose V8 runs relaxed SIMD without a flag.
readonly NODE24_VERSION=24.21.0

# Library sources: name, package version. The folder is .deps/src/<name>; WEBQUANT_<NAME>_DIR replaces it.
readonly SOURCES=(
  xnnpack=0.0~git20241108.4ea82e5-2
  pthreadpool=0.0~git20240616.560c60d-1
  fxdiv=0.0~git20200417.b408327-4
  fp16=0.0~git20200514.4dfe081-5
  flatbuffers=23.5.26+dfsg-4
  catch2=3.7.1-0.5
)
