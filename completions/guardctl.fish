# SPDX-License-Identifier: Apache-2.0
# fish's completion of guardctl(1). What may come next is guardctl's own answer, out of its tables of commands and
# options (`guardctl complete`): this file knows none of them.

function __guardctl_complete
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --local typed (commandline --current-token --cut-at-cursor)
    set --local answer (command guardctl complete -- guardctl $words[2..-1] (string unescape -- "$typed"; or echo -- "$typed") 2>/dev/null)
    string join \n -- $answer[2..-1]
    set --local shell (string split ' ' -- "$answer[1]")
    # Of "--socket=/run", the file is what is behind the equals sign.
    set --local before (string match --regex -- '^--[^=]*=' "$typed"; or echo)
    set --local path (string replace -- "$before" '' "$typed")
    switch "$shell[1]"
        case files
            printf '%s\n' $before(__fish_complete_path "$path")
        case directories
            printf '%s\n' $before(__fish_complete_directories "$path")
        case command
            # What stands behind "--" is a command line of its own.
            complete --do-complete (string join ' ' -- (string escape -- $words[(math $shell[2] + 1)..-1]) "$typed")
    end
end

complete --command guardctl --no-files --arguments '(__guardctl_complete)'
