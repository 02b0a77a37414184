# Sourced by the scripts: installs what is missing, and builds. Quiet when there is nothing to do.
# Needs Debian 12; installing needs root.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# install_missing FILE: the packages that FILE lists, one a line, `#` starts a comment.
install_missing() {
  local wanted missing
  wanted=$(sed 's/#.*//' "$1" | xargs)
  # shellcheck disable=SC2086
  missing=$(comm -13 <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
    awk '$2 == "installed" {print $1}' | sort -u) <(tr ' ' '\n' <<<"$wanted" | sort -u) | xargs)
  [[ -z $missing ]] && return
  if [[ $(id -u) != 0 ]]; then
    echo "these packages are missing, and only root can install them: $missing" >&2
    return 1
  fi
  echo "installing: $missing"
  # One at a time: apt-get does not wait for another one that reads its lists.
  exec 8>/run/lock/tallyman-apt
  flock 8
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  quietly apt-get -q update && quietly apt-get -q install -y --no-install-recommends $missing || return
  exec 8>&-
}

# quietly COMMAND...: shows what it printed only if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [[ $status == 0 ]] || { echo "failed: $*" >&2; cat "$log" >&2; }
  rm -f "$log"
  return "$status"
}

# build PRESET [TARGET...]: into build/PRESET.
build() {
  local preset=$1
  shift
  cd "$root"
  [[ -f build/$preset/build.ninja ]] || quietly cmake --preset "$preset"
  if ! ninja -C "build/$preset" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
    echo "building build/$preset (a few minutes the first time)"
    quietly ninja -C "build/$preset" "$@"
  fi
}
