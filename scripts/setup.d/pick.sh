# shellcheck shell=bash
# Which version of a Debian package to take when the archive no longer has the pinned one: a point release of the distribution replaces versions.

# upstream_of VERSION: what the packagers took from upstream, without epoch, Debian revision, and the mark of a repackaged tarball.
upstream_of() {
  local version=${1#*:}
  version=${version%-*}
  printf '%s\n' "$version" | sed -E 's/[+~.](dfsg|ds|repack)[.0-9]*$//'
}

# offered_versions KIND: the versions in a list like that of `apt-cache madison` (name | version | archive suite/part kind), newest first. KIND is the
# last word of its lines: Sources, or Packages.
offered_versions() {
  awk -F ' *[|] *' -v kind="$1" '{ last = $3; sub(/ *$/, "", last); sub(/.* /, "", last) } last == kind { print $2 }' | sort -ruV
}

# pick_version WANTED: from versions on standard input, newest first: WANTED where it is there, otherwise the newest with the same upstream version. Fails
# where there is none. Another upstream version is never taken: sources, compiler and libraries fit each other only as they are pinned.
pick_version() {
  local wanted=$1 version found=
  while read -r version; do
    if [[ $version == "$wanted" ]]; then
      found=$version
      break
    fi
    if [[ -z $found && $(upstream_of "$version") == "$(upstream_of "$wanted")" ]]; then
      found=$version
    fi
  done
  [[ -n $found ]] && printf '%s\n' "$found"
}

# available_version NAME WANTED KIND INSTEAD: sets AVAILABLE to the version of NAME to fetch from $SUITE. Says so when it is not the pinned one; dies,
# saying what to set (INSTEAD), when none will do.
available_version() {
  local name=$1 wanted=$2 offered
  offered=$(archive_list "$name" | offered_versions "$3")
  if ! AVAILABLE=$(pick_version "$wanted" <<<"$offered"); then
    offered=${offered//$'\n'/, }
    die "$SUITE has ${offered:-no version} of $name, but the build needs $wanted or another package of $(upstream_of "$wanted"): set $4, or pin another version in scripts/setup.d/versions.sh"
  fi
  [[ $AVAILABLE == "$wanted" ]] || say "$SUITE no longer has $name $wanted: taking $AVAILABLE, which packages the same $(upstream_of "$wanted")"
}
