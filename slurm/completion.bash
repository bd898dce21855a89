# Bash completion of stormsweep: commands, options, experiments, the words that options take, and the columns of tables.
# It asks the program itself, so that nothing is listed twice. Installed to share/bash-completion/completions/stormsweep.

_stormsweep_commands() {
  "$1" --help | awk 'listed && !NF { exit } /^  [a-z]/ { listed = 1; print $1 }'
}

# The options of a command, given as words.
_stormsweep_options() {
  "$@" --help 2>/dev/null | sed -nE 's/^ +(-[a-z] \[ )?(--[a-z-]+).*/\2/p'
}

# The experiments that a command takes as its first word, if it does.
_stormsweep_experiments() {
  if [[ $2 == describe ]]; then
    "$1" describe | awk '!NF { exit } NR > 1 { print $1 }'
  else
    "$1" "$2" --help 2>/dev/null | sed -nE 's/^experiments: ([^;]*).*/\1/p' | tr -d ,
  fi
}

# The values that the last of these words accepts, from its refusal of a wrong one: "give A or B", "known are A, B".
_stormsweep_known() {
  { "$@" '?' 2>&1 || true; } | sed -nE 's/^[^;]*; (give|known are) (.*)/\2/p' | sed -E 's/ or |, /\n/g'
}

# The columns of the first database among these words, if there is one.
_stormsweep_columns() {
  local program=$1 word
  for word in "${@:2}"; do
    word=${word/#\~/$HOME}
    [[ -f $word ]] || continue
    "$program" results "$word" --format csv --where 0 2>/dev/null | head -n 1 | tr , '\n'
    return 0
  done
}

# Hyperparameters and metrics of all experiments, which can be rows, columns and values of tables.
_stormsweep_axes() {
  local experiment
  for experiment in $(_stormsweep_experiments "$1" describe); do
    "$1" describe "$experiment" | awk '!NF { table = 0 } table { print $1 } /^(hyperparameter|metric) / { table = 1 }'
  done | sort -u
}

# Coordinates of metrics: epochs, and those of all experiments' profiles.
_stormsweep_coordinates() {
  local experiment
  echo epoch
  for experiment in $(_stormsweep_experiments "$1" describe); do
    "$1" describe "$experiment" | sed -nE 's/^at each ([a-z_]+) of .*/\1/p'
  done | sort -u
}

_stormsweep() {
  local program=$1 current=$2 previous=$3 command=${COMP_WORDS[1]} words=''
  if ((COMP_CWORD == 1)); then
    words="$(_stormsweep_commands "$program") --help --version"
  elif [[ $current == -* ]]; then
    words=$(_stormsweep_options "$program" "$command")
    [[ $words ]] || words=$(_stormsweep_options "$program" "$command" "${COMP_WORDS[2]}")
  elif [[ $previous == --curve ]]; then
    words=$(_stormsweep_coordinates "$program")
  elif [[ $previous =~ ^--(rows|columns|by|value|show|sort|over)$ ]]; then
    words=$(_stormsweep_columns "$program" "${COMP_WORDS[@]:2}")
    [[ $words ]] || words=$(_stormsweep_axes "$program")
  elif [[ $previous == --format ]]; then
    words=$(_stormsweep_known "$program" "$command" x --format)
  elif [[ $previous =~ ^--(device|schedule|on-oom)$ ]]; then
    words=$(_stormsweep_known "$program" run x "$previous")
  elif [[ $previous == --paper ]]; then
    words=$(_stormsweep_known "$program" report x -o x.html --paper)
  elif [[ $previous == --method ]]; then
    words=$("$program" replay --help | tr -s ' \n' ' ' | sed -nE 's/.* default: ([a-z, ]+) --.*/\1/p' | tr -d ,)
  elif [[ $command == init ]] && ((COMP_CWORD == 2)); then
    words=$({ "$program" init '?' x 2>&1 || true; } | sed -nE 's/.*known are (.*)/\1/p' | tr -d ,)
  elif ((COMP_CWORD == 2)); then
    words=$(_stormsweep_experiments "$program" "$command")
  fi
  # Words may come from somebody's database, as its columns: neither compgen nor the shell may expand them.
  mapfile -t COMPREPLY < <(compgen -W '$words' -- "$current" | grep -xE '[a-z0-9_-]+')
}

# If there is no such completion, file names.
complete -o bashdefault -o default -F _stormsweep stormsweep
