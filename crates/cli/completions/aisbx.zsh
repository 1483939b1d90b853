#compdef aisbx

autoload -U is-at-least

_aisbx() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_aisbx_commands" \
"*::: :->aisbx" \
&& ret=0
    case $state in
    (aisbx)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:aisbx-command-$line[1]:"
        case $line[1] in
            (run)
_arguments "${_arguments_options[@]}" : \
'--profile=[Profile\: a name (\`aisbx profile list\`) or a file; else chosen by the command and the workspace]:NAME|FILE:_default' \
'--driver=[How the wall is built]:DRIVER:(auto native bwrap chroot lima)' \
'--cpu=[Share of processors, such as 1.5]:N:_default' \
'--mem=[Memory of all processes together, such as 512m]:SIZE:_default' \
'--cpu-shares=[Part of processors that are short, in 1024ths of what a process outside gets]:N:_default' \
'--cpu-time=[End everything after this much processor time of all processes together, such as 10m]:TIME:_default' \
'--pids=[Processes and threads at the same time]:N:_default' \
'--disk=[Everything writable that is not the host'\''s own (changes of a \`cow\` workspace, /tmp, home, /dev/shm), such as 1g]:SIZE:_default' \
'--inodes=[Files, directories and links in the same]:N:_default' \
'--file-size=[Largest file that may be written, such as 100m]:SIZE:_default' \
'--open-files=[Descriptors that one process has open]:N:_default' \
'--max-output=[End everything after this much output on both streams together]:SIZE:_default' \
'--timeout=[End the command after this time, such as 30s or 5m]:TIME:_default' \
'--net=[Network\: \`none\`, or \`host\` to share this machine'\''s]:NET:(none host)' \
'*--mount=[Show a host path inside; \`ro\` (default), \`rw\`, or \`cow\` for a directory whose changes vanish with the run]:SRC:DST[:ro|rw|cow]:_default' \
'*-e+[Set a variable; without a value, pass the one of this environment]:NAME[=VALUE]:_default' \
'*--env=[Set a variable; without a value, pass the one of this environment]:NAME[=VALUE]:_default' \
'*--env-pass=[Pass a variable of this environment; a \`*\` at the end stands for any]:NAME:_default' \
'-w+[Working directory inside; relative to the workspace]:DIR:_files' \
'--workdir=[Working directory inside; relative to the workspace]:DIR:_files' \
'--workspace=[Tree to work on, seen at /workspace; else the current directory]:DIR:_files' \
'--access=[What the command may do with the workspace\: read, write to it, or write to a layer of the run'\''s own]:ro|rw|cow:(ro rw cow)' \
'(--net)--no-net[No network; the same as \`--net none\`]' \
'(--workspace --access)--no-workspace[No tree\: an empty /workspace that dies with the run]' \
'--json[Print the report as one JSON object instead of the command'\''s output]' \
'(-v --verbose)-q[Say nothing of our own but errors]' \
'(-v --verbose)--quiet[Say nothing of our own but errors]' \
'-v[Say what was chosen and why, and what was enforced]' \
'--verbose[Say what was chosen and why, and what was enforced]' \
'(--json)--explain[Print how the sandbox would be built, step by step, and run nothing; with -v, the refused system calls too]' \
'-i[Pass standard input even if it is a terminal; implied by -t (what is not a terminal is always passed)]' \
'--interactive[Pass standard input even if it is a terminal; implied by -t (what is not a terminal is always passed)]' \
'(--json)-t[Give the command a terminal of its own]' \
'(--json)--tty[Give the command a terminal of its own]' \
'-h[Print help]' \
'--help[Print help]' \
'*::command -- The command and its arguments; else the profile'\''s `entrypoint`:_default' \
&& ret=0
;;
(logs)
_arguments "${_arguments_options[@]}" : \
'-f[Go on until the run has ended]' \
'--follow[Go on until the run has ended]' \
'--json[One JSON object a line\: stream, microseconds since the start, text]' \
'--raw[Do not make the output harmless for a terminal]' \
'-h[Print help]' \
'--help[Print help]' \
':run -- The run\: an id, its beginning or end, or `latest`:_default' \
&& ret=0
;;
(runs)
_arguments "${_arguments_options[@]}" : \
'-n+[At most so many]:N:_default' \
'--last=[At most so many]:N:_default' \
'--json[Print a JSON array]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(stats)
_arguments "${_arguments_options[@]}" : \
'--no-stream[Print the figures once, on a terminal too]' \
'(--no-stream)-f[Go on where the output is no terminal or JSON too, with a table or a line of JSON each second]' \
'(--no-stream)--follow[Go on where the output is no terminal or JSON too, with a table or a line of JSON each second]' \
'--json[Print a JSON array]' \
'-h[Print help]' \
'--help[Print help]' \
'*::runs -- The runs\: an id, its beginning or end, or `latest`:_default' \
&& ret=0
;;
(inspect)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
':run -- The run\: an id, its beginning or end, or `latest`:_default' \
&& ret=0
;;
(profile)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
":: :_aisbx__subcmd__profile_commands" \
"*::: :->profile" \
&& ret=0

    case $state in
    (profile)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:aisbx-profile-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'--json[Print a JSON array]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'--json[Print a JSON object]' \
'-h[Print help]' \
'--help[Print help]' \
':profile -- A name or a file:_default' \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
':file -- The file, or FILE#NAME for one of several profiles in it:_files' \
&& ret=0
;;
(detect)
_arguments "${_arguments_options[@]}" : \
'--json[Print a JSON object]' \
'-h[Print help]' \
'--help[Print help]' \
'*::command -- The command:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_aisbx__subcmd__profile__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:aisbx-profile-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(detect)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(gc)
_arguments "${_arguments_options[@]}" : \
'--dry-run[Change nothing, only tell]' \
'--json[Print a JSON object]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
'--json[Print a JSON array]' \
'--fix[Run the commands that mend what is missing, as root, and look again]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(completion)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
':shell -- The shell:(bash zsh fish)' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_aisbx__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:aisbx-help-command-$line[1]:"
        case $line[1] in
            (run)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(logs)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(runs)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(stats)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(inspect)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(profile)
_arguments "${_arguments_options[@]}" : \
":: :_aisbx__subcmd__help__subcmd__profile_commands" \
"*::: :->profile" \
&& ret=0

    case $state in
    (profile)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:aisbx-help-profile-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(detect)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(gc)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(completion)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_aisbx_commands] )) ||
_aisbx_commands() {
    local commands; commands=(
'run:Run a command in a fresh sandbox' \
'logs:Show the output of a run' \
'runs:List the runs that were recorded' \
'stats:Show what runs use\: processor, memory, processes' \
'inspect:Show everything recorded of a run, as JSON' \
'profile:List, show, check and detect profiles' \
'gc:Remove what killed launchers and old runs left behind' \
'doctor:Tell what this host can enforce, what is missing, and the command that mends it' \
'completion:Print a completion script for a shell' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'aisbx commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__completion_commands] )) ||
_aisbx__subcmd__completion_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx completion commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__doctor_commands] )) ||
_aisbx__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx doctor commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__gc_commands] )) ||
_aisbx__subcmd__gc_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx gc commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help_commands] )) ||
_aisbx__subcmd__help_commands() {
    local commands; commands=(
'run:Run a command in a fresh sandbox' \
'logs:Show the output of a run' \
'runs:List the runs that were recorded' \
'stats:Show what runs use\: processor, memory, processes' \
'inspect:Show everything recorded of a run, as JSON' \
'profile:List, show, check and detect profiles' \
'gc:Remove what killed launchers and old runs left behind' \
'doctor:Tell what this host can enforce, what is missing, and the command that mends it' \
'completion:Print a completion script for a shell' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'aisbx help commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__completion_commands] )) ||
_aisbx__subcmd__help__subcmd__completion_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help completion commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__doctor_commands] )) ||
_aisbx__subcmd__help__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help doctor commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__gc_commands] )) ||
_aisbx__subcmd__help__subcmd__gc_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help gc commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__help_commands] )) ||
_aisbx__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help help commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__inspect_commands] )) ||
_aisbx__subcmd__help__subcmd__inspect_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help inspect commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__logs_commands] )) ||
_aisbx__subcmd__help__subcmd__logs_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help logs commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__profile_commands] )) ||
_aisbx__subcmd__help__subcmd__profile_commands() {
    local commands; commands=(
'list:List all profiles' \
'show:Show what a profile means\: every value with its origin' \
'check:Read a profile file for its mistakes' \
'detect:Tell which profile fits a command and the current directory' \
    )
    _describe -t commands 'aisbx help profile commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__profile__subcmd__check_commands] )) ||
_aisbx__subcmd__help__subcmd__profile__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help profile check commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__profile__subcmd__detect_commands] )) ||
_aisbx__subcmd__help__subcmd__profile__subcmd__detect_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help profile detect commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__profile__subcmd__list_commands] )) ||
_aisbx__subcmd__help__subcmd__profile__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help profile list commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__profile__subcmd__show_commands] )) ||
_aisbx__subcmd__help__subcmd__profile__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help profile show commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__run_commands] )) ||
_aisbx__subcmd__help__subcmd__run_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help run commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__runs_commands] )) ||
_aisbx__subcmd__help__subcmd__runs_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help runs commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__help__subcmd__stats_commands] )) ||
_aisbx__subcmd__help__subcmd__stats_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx help stats commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__inspect_commands] )) ||
_aisbx__subcmd__inspect_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx inspect commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__logs_commands] )) ||
_aisbx__subcmd__logs_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx logs commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile_commands] )) ||
_aisbx__subcmd__profile_commands() {
    local commands; commands=(
'list:List all profiles' \
'show:Show what a profile means\: every value with its origin' \
'check:Read a profile file for its mistakes' \
'detect:Tell which profile fits a command and the current directory' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'aisbx profile commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__check_commands] )) ||
_aisbx__subcmd__profile__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile check commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__detect_commands] )) ||
_aisbx__subcmd__profile__subcmd__detect_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile detect commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__help_commands] )) ||
_aisbx__subcmd__profile__subcmd__help_commands() {
    local commands; commands=(
'list:List all profiles' \
'show:Show what a profile means\: every value with its origin' \
'check:Read a profile file for its mistakes' \
'detect:Tell which profile fits a command and the current directory' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'aisbx profile help commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__help__subcmd__check_commands] )) ||
_aisbx__subcmd__profile__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile help check commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__help__subcmd__detect_commands] )) ||
_aisbx__subcmd__profile__subcmd__help__subcmd__detect_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile help detect commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__help__subcmd__help_commands] )) ||
_aisbx__subcmd__profile__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile help help commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__help__subcmd__list_commands] )) ||
_aisbx__subcmd__profile__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile help list commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__help__subcmd__show_commands] )) ||
_aisbx__subcmd__profile__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile help show commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__list_commands] )) ||
_aisbx__subcmd__profile__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile list commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__profile__subcmd__show_commands] )) ||
_aisbx__subcmd__profile__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx profile show commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__run_commands] )) ||
_aisbx__subcmd__run_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx run commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__runs_commands] )) ||
_aisbx__subcmd__runs_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx runs commands' commands "$@"
}
(( $+functions[_aisbx__subcmd__stats_commands] )) ||
_aisbx__subcmd__stats_commands() {
    local commands; commands=()
    _describe -t commands 'aisbx stats commands' commands "$@"
}

if [ "$funcstack[1]" = "_aisbx" ]; then
    _aisbx "$@"
else
    compdef _aisbx aisbx
fi
