# shellcheck shell=bash
# Small helpers that every step of scripts/setup uses.

say() { printf 'setup: %s\n' "$*"; }

die() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# run NAME COMMAND...: quiet unless it fails; then one line says what failed, and where to read more.
run() {
  local name=$1 log=$DEPS/logs/$1.log
  shift
  mkdir -p "$DEPS/logs"
  if ! "$@" >"$log" 2>&1; then
    local why
    why=$(grep -iE '^(E:|npm error|.*error[: ])' "$log" | head -n 1 || true)
    die "${name//-/ } failed: ${why:-$(tail -n 1 "$log")} (everything it said is in .deps/logs/$name.log)"
  fi
}

# step NAME KEY TEXT FUNCTION...: does FUNCTION unless it was done for this KEY before; TEXT says what it does.
step() {
  local stamp=$DEPS/stamps/$1 key=$2 text=$3
  shift 3
  if [[ -f $stamp && $(<"$stamp") == "$key" ]]; then
    return
  fi
  say "$text"
  rm -f "$stamp"
  timed "$text" "$@"
  mkdir -p "$DEPS/stamps"
  printf '%s\n' "$key" >"$stamp"
}

# hash_of [FILE...]: of what is in the files or, without any, of standard input. macOS has shasum instead of sha256sum.
hash_of() { cat "$@" | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c 1-16; }

# scratch: a new folder on the same file system as .deps, so that what is complete can be moved into place at once.
scratch() {
  mkdir -p "$DEPS"
  mktemp -d "$DEPS/tmp.XXXXXX"
}

remove_scratch() { rm -rf "$DEPS"/tmp.??????; }

# place FROM TO: replaces TO by FROM.
place() {
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  mv "$1" "$2"
}

# write FILE: standard input becomes FILE, which keeps its time stamp when nothing changed.
write() {
  local new
  new=$(mktemp "$DEPS/tmp.XXXXXX")
  cat >"$new"
  if cmp -s "$new" "$1"; then
    rm -f "$new"
  else
    mkdir -p "$(dirname "$1")"
    mv "$new" "$1"
  fi
}

# npm_folder FOLDER PACKAGE...: installs exact versions from the registry into a folder of their own.
npm_folder() {
  local folder=$1 tmp
  shift
  tmp=$(scratch)
  echo '{"private": true}' >"$tmp/package.json"
  run "installation-of-$(basename "$folder")" npm install --prefix "$tmp" --ignore-scripts --no-save --no-package-lock "$@"
  place "$tmp" "$folder"
}
