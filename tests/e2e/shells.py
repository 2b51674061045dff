# SPDX-License-Identifier: Apache-2.0
"""What real shells offer for a command line that somebody has begun: each by its own completion, set up as it is for a login."""

import re

# The words of the line, split as readline splits them, are the arguments; the last one is being typed.
BASH = r"""
source /usr/share/bash-completion/bash_completion
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9 COMP_KEY=9
COMP_LINE=$COMP_TEXT COMP_POINT=${#COMP_TEXT}
compopt() { :; }  # is for readline, which is not there
_completion_loader "$1"
read -r _ _ function _ < <(complete -p "$1")
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""

# An interactive zsh on a pseudo-terminal of its own, whose compadd tells each word that it would offer.
ZSH = r"""
zmodload zsh/zpty
zpty inner 'TERM=dumb zsh -f -i'
zpty -w inner 'PS1=; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit && compinit -u -C -d /tmp/zcompdump'
zpty -w inner 'compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits; builtin compadd -A hits "$@"
  local hit; for hit in $hits; do print -r -- "offer<${IPREFIX}$hit>"; done
  builtin compadd "$@"
}'
zpty -w inner 'whole() { zle complete-word; print -r -- "en""d<>"; }; zle -N whole; bindkey "^I" whole'
zpty -w inner 'print -r -- rea""dy'
zpty -m -r inner line '*ready*'
zpty -w -n inner "$1"$'\t'
zpty -m -r inner line '*end<>*'
print -r -- "$line"
zpty -d inner
"""


def bash(host, line):
    words = re.findall(r"[=:]+|(?:\\.|[^\s=:])+", line)
    if line.endswith(" "):
        words.append("")
    done = host.run(["env", f"COMP_TEXT={line}", "bash", "-c", BASH, "bash", *words])
    assert not done.stderr, done
    return sorted(word.rstrip() for word in done.stdout.decode().splitlines() if word)


def zsh(host, line):
    done = host.run(["zsh", "-f", "-c", ZSH, "zsh", line])
    return sorted(re.findall(r"offer<(.*?)>", done.stdout.decode()))


def fish(host, line):
    done = host.run(["fish", "--private", "-c", "complete --do-complete $argv[1]", "--", line])
    return sorted(one.split("\t")[0] for one in done.stdout.decode().splitlines())
