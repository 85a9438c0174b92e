# shellcheck shell=bash
# The WebAssembly compiler: the one on PATH (or in $EMSCRIPTEN) when it is new enough, otherwise a
# private copy in .deps/emscripten.

readonly BINARYEN_TOOLS=(wasm-opt wasm-metadce wasm-ctor-eval wasm-as wasm-dis wasm-merge wasm2js)

# What is not needed makes up nine tenths of the package: libraries for dynamic linking, LTO and
# 64-bit memory, OpenGL, sanitizers.
readonly EMSCRIPTEN_EXCLUDES=(
  'usr/share/doc*' 'usr/share/man*' 'usr/bin*' '*/emscripten/'{test,media,docs} '*/ChangeLog*'
  '*/wasm64-emscripten' '*/wasm32-emscripten/'{pic,lto,lto-pic,thinlto}
  '*/lib'{'*asan','*ubsan','*lsan',sanitizer}'*.a'
  '*/libGL-*'{emu,es3,ofb,webgl2}'*.a' '*/lib'{wasmfs,webgpu,SDL,mimalloc}'*.a'
  '*/lib'{'*-ww','*icase','*-tracing','emmalloc-*verbose','emmalloc-memvalidate'}'*.a'
)

# version_at_least HAVE WANT
version_at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]; }

# Folder of a suitable Emscripten that is already installed; nothing if there is none.
installed_emscripten() {
  local emcc=${EMSCRIPTEN:+$EMSCRIPTEN/emcc} version
  if [[ -n $emcc ]]; then
    [[ -x $emcc ]] || die "EMSCRIPTEN is $EMSCRIPTEN, where there is no emcc"
  else
    emcc=$(command -v emcc || true)
    # The environment file of an earlier run may be in effect.
    [[ -n $emcc && $emcc != "$DEPS"/* ]] || return 0
  fi
  emcc=$(readlink -f "$emcc")
  version=$("$emcc" --version | sed -nE '1s/.* ([0-9]+\.[0-9]+\.[0-9]+).*/\1/p')
  if version_at_least "${version:-0}" "$EMSCRIPTEN_VERSION"; then
    dirname "$emcc"
  elif [[ -n ${EMSCRIPTEN:-} ]]; then
    die "the Emscripten in $EMSCRIPTEN is ${version:-of an unknown version}; $EMSCRIPTEN_VERSION or newer is needed"
  fi
}

unpack_emscripten() {
  local tmp
  needs_debian "Emscripten $EMSCRIPTEN_VERSION" "EMSCRIPTEN to its folder, or have emcc on PATH"
  use_suite
  available_version emscripten "$EMSCRIPTEN_PACKAGE_VERSION" Packages "EMSCRIPTEN to the folder of an emcc of version $EMSCRIPTEN_VERSION or newer"
  tmp=$(scratch)
  mkdir "$tmp/tree"
  run download-of-emscripten in_folder "$tmp" apt-get "${SUITE_APT[@]}" download "emscripten=$AVAILABLE"
  run unpacking-of-emscripten unpack_deb "$tmp"/emscripten_*.deb "$tmp/tree"
  place "$tmp/tree/usr/share/emscripten" "$DEPS/emscripten"
  ln -s ../binaryen/node_modules "$DEPS/emscripten/node_modules"
}

unpack_deb() {
  dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" "${EMSCRIPTEN_EXCLUDES[@]/#/--exclude=}"
}

# Binaryen as JavaScript from the npm registry, behind wrappers with the names of the programs: it runs wherever Node does.
install_binaryen() {
  local tool
  npm_folder "$DEPS/binaryen" "binaryen@$BINARYEN_VERSION" "acorn@$ACORN_VERSION"
  mkdir -p "$DEPS/binaryen/bin"
  for tool in "${BINARYEN_TOOLS[@]}"; do
    [[ -e $DEPS/binaryen/node_modules/binaryen/bin/$tool ]] || continue
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec node "$(dirname "$0")/../node_modules/binaryen/bin/%s" "$@"\n' "$tool" >"$DEPS/binaryen/bin/$tool"
    chmod +x "$DEPS/binaryen/bin/$tool"
  done
}

configure_emscripten() {
  write "$DEPS/emscripten/.emscripten" <<EOF
LLVM_ROOT = '/usr/lib/llvm-$LLVM_VERSION/bin'
BINARYEN_ROOT = '$DEPS/binaryen'
NODE_JS = '$(command -v node)'
FROZEN_CACHE = True
EOF
}

# Sets EMSCRIPTEN_DIR to the folder of an Emscripten that is installed already, if there is a suitable one.
find_emscripten() { EMSCRIPTEN_DIR=$(installed_emscripten); }

# get_emscripten, after find_emscripten: sets EMSCRIPTEN_DIR in any case.
get_emscripten() {
  [[ -z $EMSCRIPTEN_DIR ]] || return 0
  EMSCRIPTEN_DIR=$DEPS/emscripten
  step binaryen "$BINARYEN_VERSION $ACORN_VERSION" "fetching Binaryen $BINARYEN_VERSION" install_binaryen
  step emscripten "$EMSCRIPTEN_PACKAGE_VERSION" "fetching Emscripten $EMSCRIPTEN_VERSION (237 MB)" unpack_emscripten
  configure_emscripten
}
