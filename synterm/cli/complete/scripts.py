"""The scripts that have a shell ask synterm what can come next, by the name of the shell.

Each calls the synterm that is typed, gives it the line in the variables that argcomplete reads, and takes one value a
line from stdout. No value is ever read as code: arrays are filled line by line, and the shell quotes them, or synterm
does so for bash.
"""

from __future__ import annotations

BASH = r"""
# Completion of synterm in bash.
_synterm() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        [[ -n $line ]] && COMPREPLY+=("$line")
    done < <(
        _ARGCOMPLETE=1 _ARGCOMPLETE_SHELL=bash _ARGCOMPLETE_IFS=$'\n' \
        _ARGCOMPLETE_COMP_WORDBREAKS="$COMP_WORDBREAKS" COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" \
        "$1" 2>/dev/null </dev/null
    )
}
complete -o nospace -F _synterm synterm
"""

ZSH = r"""
#compdef synterm
# Completion of synterm in zsh.
_synterm() {
    local line value typed
    local -a ended going ended_words going_words
    typed="${(j: :)words[1,CURRENT-1]} ${QIPREFIX}${PREFIX}"
    while IFS= read -r line; do
        [[ -n $line ]] || continue
        value="${line%%$'\t'*}"
        line="${line#*$'\t'}"
        case $value in
            *[/=:@]) going+=("$value"); going_words+=("$value${line:+  -- $line}") ;;
            *) ended+=("$value"); ended_words+=("$value${line:+  -- $line}") ;;
        esac
    done < <(
        _ARGCOMPLETE=1 _ARGCOMPLETE_SHELL=zsh-values _ARGCOMPLETE_IFS=$'\n' _ARGCOMPLETE_DFS=$'\t' \
        COMP_LINE="$typed" COMP_POINT="${#typed}" "${(Q)words[1]}" 2>/dev/null </dev/null
    )
    (( $#ended )) && compadd -l -d ended_words -a ended
    (( $#going )) && compadd -l -S '' -d going_words -a going
    return 0
}
if [[ $zsh_eval_context == *func ]]; then
    _synterm "$@"
else
    compdef _synterm synterm
fi
"""

FISH = r"""
# Completion of synterm in fish.
function __synterm_complete
    set -lx _ARGCOMPLETE 1
    set -lx _ARGCOMPLETE_SHELL fish
    set -lx _ARGCOMPLETE_IFS \n
    set -lx _ARGCOMPLETE_DFS \t
    set -lx COMP_LINE (commandline -cp | string collect)
    set -lx COMP_POINT (string length -- "$COMP_LINE")
    set -l program (commandline -opc)[1]
    command $program 2>/dev/null </dev/null
end
complete --command synterm --no-files --arguments '(__synterm_complete)'
"""

SCRIPTS = {"bash": BASH.lstrip(), "zsh": ZSH.lstrip(), "fish": FISH.lstrip()}
"""By the shell, as it is printed."""
