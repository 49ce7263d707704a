#!/usr/bin/env bash
# The shell of action.yml: `scan.sh install`, then `scan.sh scan`. Inputs come as variables INPUT_*, and each leaves as
# one word of one command. They are options, not the variables the program reads too: a release that lacks one says so
# and ends in 2, where an unknown variable would go unnoticed. Bash 3.2, as macOS has it: no empty array is expanded.
set -euo pipefail

# Outside the code base, so that it is no part of the scan.
venv="$RUNNER_TEMP/modelorigin"
# Where the runner keeps tools in a folder this Python was not built for, it finds its library so and not otherwise:
# https://github.com/cpp-linter/cpp-linter-action/pull/184 (2024-01-30).
export LD_LIBRARY_PATH="${PYTHON%/bin/*}/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

wrong() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}

# on NAME VALUE: whether the input is true. What is neither true nor false is not taken for false.
on() {
  case $2 in
    true) return 0 ;;
    false) return 1 ;;
    *) wrong "input '$1' is neither true nor false" ;;
  esac
}

# one OPTION VALUE and each OPTION LINES add to the command; an empty value adds nothing.
one() {
  if [[ -n $2 ]]; then command+=("$1=$2"); fi
}

each() {
  local line
  while IFS=$' \t\r' read -r line || [[ -n $line ]]; do
    if [[ -n $line ]]; then command+=("${1:+$1=}$line"); fi
  done <<<"$2"
}

install() {
  local version='^[0-9][0-9A-Za-z.!+]*$' wanted=$GITHUB_ACTION_PATH
  if [[ -n $INPUT_VERSION ]]; then
    [[ $INPUT_VERSION =~ $version ]] || wrong "input 'version' is not the number of a release"
    wanted="modelorigin==$INPUT_VERSION"
  fi
  # -I: no venv.py or pip.py of the code base is run in the place of Python's own.
  "$PYTHON" -I -m venv "$venv"
  "$venv/bin/python" -I -m pip install --quiet --no-input --disable-pip-version-check "$wanted"
}

scan() {
  local report token code=0
  report=$(mktemp -d "$RUNNER_TEMP/modelorigin-report.XXXXXX")

  command=("$venv/bin/modelorigin")
  on config "$INPUT_CONFIG" || command+=(--no-config)
  command+=(scan --no-progress)
  # The machine goes when the job is done: a record is kept where a database is named.
  [[ -n ${MODELORIGIN_DB:-} ]] || command+=(--no-record)
  each --policy "$INPUT_POLICY"
  each --set "$INPUT_SET"
  each --waivers "$INPUT_WAIVERS"
  one --fail-on "$INPUT_FAIL_ON"
  one --hub "$INPUT_HUB"
  ! on offline "$INPUT_OFFLINE" || command+=(--offline)
  one --endpoint "$INPUT_ENDPOINT"
  one --baseline "$INPUT_BASELINE"
  ! on locked "$INPUT_LOCKED" || command+=(--locked)
  one --diff "$INPUT_DIFF"
  command+=("--output=$report/modelorigin.sarif")
  on sarif "$INPUT_SARIF" || command+=("--output=github:$report/annotations")
  ! on summary "$INPUT_SUMMARY" || command+=("--output=$report/summary.md")
  each '' "$INPUT_ARGS"

  # What is printed quotes the code base and the Hub: no line of it is a command to the runner. One stream, since the
  # runner reads two without an order between them.
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  "${command[@]}" -- "$INPUT_PATH" 2>&1 || code=$?
  printf '\n::%s::\n' "$token"

  if [[ -f $report/annotations ]]; then
    grep -E '^::(error|warning|notice) ' "$report/annotations" || true
  fi
  if [[ -f $report/summary.md ]]; then
    cat "$report/summary.md" >>"$GITHUB_STEP_SUMMARY"
  fi
  printf 'exit-code=%s\n' "$code" >>"$GITHUB_OUTPUT"
  if [[ -f $report/modelorigin.sarif ]]; then
    printf 'sarif=%s\n' "$report/modelorigin.sarif" >>"$GITHUB_OUTPUT"
  fi
  exit "$code"
}

case ${1:-} in
  install | scan) "$1" ;;
  *) wrong "scan.sh install, or scan.sh scan" ;;
esac
