# shellcheck shell=bash
# XNNPACK for one WebAssembly variant, compiled once into .deps/lib/<variant>, where every build folder finds it.

# The revision of XNNPACK that versions.sh pins: the package's version ends in it.
xnnpack_revision() {
  local entry
  for entry in "${SOURCES[@]}"; do
    [[ $entry =~ ^xnnpack=.*\.([0-9a-f]+)-[^-]*$ ]] || continue
    echo "${BASH_REMATCH[1]}"
    return
  done
  die "scripts/setup.d/versions.sh does not say which revision of XNNPACK it fetches"
}

# Everything that determines the library: how it is built, from which sources, by which compiler.
xnnpack_key() {
  local source
  hash_of "$ROOT"/cmake/xnnpack/* "$ROOT"/cmake/{variants,clang}.cmake
  for source in xnnpack pthreadpool fxdiv fp16; do
    echo "$source $(<"$DEPS/stamps/source-$source")"
  done
  "$EMSCRIPTEN_DIR/emcc" -v -x c -E /dev/null 2>&1 | grep -E '^emcc|version|-target'
}

# build_xnnpack VARIANT
build_xnnpack() {
  local variant=$1 tmp
  tmp=$(scratch)
  run "configuration-of-xnnpack-$variant" cmake -S "$ROOT/cmake/xnnpack" -B "$tmp" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_TOOLCHAIN_FILE="$DEPS/toolchain.cmake" -DWEBQUANT_DEPS="$DEPS" \
    -DWEBQUANT_VARIANT="$variant" -DWEBQUANT_XNNPACK_REVISION="$(xnnpack_revision)"
  run "compilation-of-xnnpack-$variant" cmake --build "$tmp"
  place "$tmp/libxnnpack.a" "$DEPS/lib/$variant/libxnnpack.a"
  rm -rf "$tmp"
}
