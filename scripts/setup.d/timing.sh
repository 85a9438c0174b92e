# shellcheck shell=bash
# Where the time goes: steps of scripts/setup and scripts/build are timed, and a short table at the end shows them.

TIMINGS=()

# cpu_milliseconds: sets CPU to the processor time of this shell and of all programs that it has waited for. It must not run in a subshell,
# which would report its own time.
cpu_milliseconds() {
  local file line times
  file=$(mktemp)
  times >"$file"
  CPU=0
  while read -r line; do
    # Two times a line, such as 0m1.234s; some locales write a comma.
    for times in $line; do
      [[ $times =~ ^([0-9]+)m([0-9]+)[.,]([0-9]{3})s$ ]] || continue
      CPU=$((CPU + (BASH_REMATCH[1] * 60 + 10#${BASH_REMATCH[2]}) * 1000 + 10#${BASH_REMATCH[3]}))
    done
  done <"$file"
  rm -f "$file"
}

# timed NAME COMMAND...: runs the command and remembers how long it took. Like any command, it ends a script with `set -e` when it fails.
timed() {
  local name=$1 cpu started=$SECONDS
  shift
  cpu_milliseconds
  cpu=$CPU
  "$@"
  cpu_milliseconds
  TIMINGS+=("$((SECONDS - started)) $(((CPU - cpu + 500) / 1000)) $name")
}

# print_timings WHO: one line for each step that took a second or more, if there is any.
print_timings() {
  local entry wall cpu name total_wall=0 total_cpu=0
  for entry in ${TIMINGS[@]+"${TIMINGS[@]}"}; do
    read -r wall cpu name <<<"$entry"
    [[ $((wall + cpu)) -gt 0 ]] || continue
    [[ $((total_wall + total_cpu)) -gt 0 ]] || printf '%s: %7s %7s\n' "$1" seconds CPU
    printf '%s: %7d %7d  %s\n' "$1" "$wall" "$cpu" "$name"
    total_wall=$((total_wall + wall)) total_cpu=$((total_cpu + cpu))
  done
  [[ $((total_wall + total_cpu)) == 0 ]] || printf '%s: %7d %7d  together\n' "$1" "$total_wall" "$total_cpu"
}
