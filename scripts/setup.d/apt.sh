# shellcheck shell=bash
# What comes from the distribution. Hosts are named nowhere: the mirror is the one the machine's own apt uses.

is_debian() {
  [[ -r /etc/os-release ]] && command -v apt-get >/dev/null && [[ $(. /etc/os-release && echo "${ID:-}") == debian ]]
}

codename() { . /etc/os-release && echo "${VERSION_CODENAME:-}"; }

needs_debian() {
  is_debian || die "$1 is missing and this is not Debian: install it yourself${2:+ and set $2}"
}

update_lists() {
  [[ -z ${LISTS_ARE_NEW:-} ]] || return 0
  run update-of-package-lists apt-get update
  LISTS_ARE_NEW=1
}

# Base URI of the repository that the machine's own suite comes from, whichever way apt was configured.
mirror() {
  # shellcheck disable=SC2016
  local format='$(CODENAME) $(REPO_URI)'
  apt-get indextargets --format "$format" | awk -v suite="$(codename)" '$1 == suite { print $2; exit }'
}

# A configuration of its own for $SUITE beside the machine's, which stays as it is. Sets SUITE_APT, an array of options.
use_suite() {
  [[ -z ${SUITE_APT:-} ]] || return 0
  local uri keyring home
  uri=$(mirror)
  if [[ -z $uri ]]; then
    update_lists
    uri=$(mirror)
  fi
  [[ -n $uri ]] || die "apt knows no mirror for $(codename); add one to its sources"
  for keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    [[ ! -e $keyring ]] || break
  done
  home=$(scratch)
  mkdir -p "$home/lists/partial" "$home/cache/archives/partial"
  printf '%s [signed-by=%s] %s %s main\n' deb "$keyring" "$uri" "$SUITE" deb-src "$keyring" "$uri" "$SUITE" >"$home/sources.list"
  SUITE_APT=(
    -oDir::Etc::SourceList="$home/sources.list" -oDir::Etc::SourceParts=/dev/null
    -oDir::State::Lists="$home/lists" -oDir::Cache="$home/cache" -oAPT::Sandbox::User=root
  )
  run "package-index-of-$SUITE" apt-get "${SUITE_APT[@]}" -oAPT::Update::Error-Mode=any update
}

# archive_list NAME: what $SUITE offers of a package.
archive_list() { apt-cache "${SUITE_APT[@]}" madison "$1"; }

# in_folder FOLDER COMMAND...
in_folder() (
  cd "$1" && "${@:2}"
)

# unpack_source NAME VERSION: the upstream tarball of a source package, as .deps/src/NAME.
unpack_source() {
  local name=$1 version=$2 tmp top=() strip=0
  needs_debian "the source of $name" "WEBQUANT_${name^^}_DIR"
  use_suite
  available_version "$name" "$version" Sources "WEBQUANT_${name^^}_DIR to a folder with these sources"
  tmp=$(scratch)
  mkdir "$tmp/tree"
  run "download-of-$name" in_folder "$tmp" apt-get "${SUITE_APT[@]}" source --download-only --tar-only "$name=$AVAILABLE"
  # Some tarballs have a top folder, some have not.
  mapfile -t top < <(tar -tf "$tmp/${name}_"*.orig.tar.* | cut -d/ -f1 | sort -u)
  [[ ${#top[@]} -gt 1 ]] || strip=1
  run "unpacking-of-$name" tar -xf "$tmp/${name}_"*.orig.tar.* -C "$tmp/tree" --strip-components=$strip
  place "$tmp/tree" "$DEPS/src/$name"
}

# link_source NAME FOLDER: a folder that the user has named.
link_source() {
  [[ -d $2 ]] || die "WEBQUANT_${1^^}_DIR is $2, which is no folder"
  rm -rf "$DEPS/src/$1"
  mkdir -p "$DEPS/src"
  ln -s "$(cd "$2" && pwd)" "$DEPS/src/$1"
}

fetch_sources() {
  local entry name version variable
  for entry in "${SOURCES[@]}"; do
    name=${entry%%=*} version=${entry#*=} variable=WEBQUANT_${name^^}_DIR
    if [[ -n ${!variable:-} ]]; then
      step "source-$name" "${!variable}" "using $name from ${!variable}" link_source "$name" "${!variable}"
    else
      step "source-$name" "$version" "fetching the source of $name $version" unpack_source "$name" "$version"
    fi
  done
}

# Programs (or files) that the build of the package needs, each with the Debian package that has it.
readonly PROGRAMS=("cmake cmake" "ninja ninja-build" "python3 python3" "xz xz-utils")
# The same for the private Emscripten, whose compiler also compiles flatc.
readonly PROGRAMS_FOR_EMSCRIPTEN=(
  "clang++-$LLVM_VERSION clang-$LLVM_VERSION" "wasm-ld-$LLVM_VERSION lld-$LLVM_VERSION" "llvm-ar-$LLVM_VERSION llvm-$LLVM_VERSION"
)
# Instead of these where there is an Emscripten already.
readonly PROGRAMS_WITH_EMSCRIPTEN=("c++ g++")
# The same for what only tests and the linter need.
readonly PROGRAMS_FOR_TESTS=(
  "clang++-$LLVM_VERSION clang-$LLVM_VERSION"
  "clang-format-$LLVM_VERSION clang-format-$LLVM_VERSION"
  "/usr/lib/llvm-$LLVM_VERSION/lib/clang/$LLVM_VERSION/lib/linux libclang-rt-$LLVM_VERSION-dev"
  "chromium chromium"
)

# Elsewhere than on Debian the versions are the user's business; only what nothing works without is asked for.
readonly PROGRAMS_ELSEWHERE=(cmake ninja python3)
readonly PROGRAMS_FOR_TESTS_ELSEWHERE=(clang++ clang-format)

is_there() { [[ -e $1 ]] || command -v "$1" >/dev/null; }

apt_install() {
  update_lists
  run installation-of-packages env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# install_programs, after find_emscripten.
install_programs() {
  local entry missing=() programs=("${PROGRAMS[@]}") elsewhere=("${PROGRAMS_ELSEWHERE[@]}")
  if [[ -n $EMSCRIPTEN_DIR ]]; then
    programs+=("${PROGRAMS_WITH_EMSCRIPTEN[@]}")
  else
    programs+=("${PROGRAMS_FOR_EMSCRIPTEN[@]}")
  fi
  if [[ -n $FOR_TESTS ]]; then
    programs+=("${PROGRAMS_FOR_TESTS[@]}") elsewhere+=("${PROGRAMS_FOR_TESTS_ELSEWHERE[@]}")
  fi
  if ! is_debian; then
    for entry in "${elsewhere[@]}"; do
      is_there "$entry" || needs_debian "$entry"
    done
    is_there c++ || is_there clang++ || needs_debian "a C++ compiler (c++ or clang++)"
    return
  fi
  for entry in "${programs[@]}"; do
    is_there "${entry% *}" || missing+=("${entry#* }")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  [[ $(id -u) == 0 ]] || die "needs root to install ${missing[*]}"
  say "installing ${missing[*]}"
  timed "installing ${missing[*]}" apt_install "${missing[@]}"
}
