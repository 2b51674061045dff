# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bash's completion of guardctl(1). What may come next is guardctl's own answer, out of its tables of commands and
# options (`guardctl complete`): this file knows none of them.

_guardctl() {
  # shellcheck disable=SC2034 # what _init_completion sets
  local cur prev words cword line shell at before
  _init_completion -n '=:' || return
  {
    read -r shell at
    while IFS=$'\t' read -r line _; do COMPREPLY+=("$line"); done
  } < <(guardctl complete -- guardctl "${words[@]:1:cword-1}" "$(_guardctl_unquoted "$cur")" 2>/dev/null)

  case $shell in
    command)
      # Its place by bash's own count, which splits words at "=" and ":".
      for ((at = 1; at < COMP_CWORD; ++at)); do [[ ${COMP_WORDS[at]} != -- ]] || break; done
      _command_offset $((at + 1))
      return
      ;;
    files | directories)
      before='' line=$cur
      if [[ $cur == --*=* ]]; then before=${cur%%=*}= cur=${cur#*=}; fi
      if [[ $shell == files ]]; then _filedir; else _filedir -d; fi
      if [[ -n $before ]]; then
        # _filedir has only what is behind the equals sign.
        for at in "${!COMPREPLY[@]}"; do
          [[ ${COMPREPLY[at]} == "$before"* ]] || COMPREPLY[at]=$before${COMPREPLY[at]}
        done
      fi
      cur=$line
      ;;
  esac

  # A value is to be typed there.
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
  # readline replaces no more than what is behind the last of these characters.
  for line in = :; do
    [[ $cur == *"$line"* && $COMP_WORDBREAKS == *"$line"* ]] || continue
    before=${cur%"${cur##*"$line"}"}
    for at in "${!COMPREPLY[@]}"; do COMPREPLY[at]=${COMPREPLY[at]#"$before"}; done
    cur=${cur#"$before"}
  done
}

# What is being typed, as guardctl would get it, where that can be told without running anything.
_guardctl_unquoted() {
  local word=$1
  case $word in
    [\"\']*) word=${word:1} ;;
    *) word=${word//\\/} ;;
  esac
  printf '%s' "$word"
}

complete -F _guardctl guardctl
