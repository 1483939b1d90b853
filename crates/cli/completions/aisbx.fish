# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_aisbx_global_optspecs
    string join \n h/help V/version
end

function __fish_aisbx_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_aisbx_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_aisbx_using_subcommand
    set -l cmd (__fish_aisbx_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c aisbx -n "__fish_aisbx_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aisbx -n "__fish_aisbx_needs_command" -s V -l version -d 'Print version'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "run" -d 'Run a command in a fresh sandbox'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "logs" -d 'Show the output of a run'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "runs" -d 'List the runs that were recorded'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "stats" -d 'Show what runs use: processor, memory, processes'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "inspect" -d 'Show everything recorded of a run, as JSON'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "profile" -d 'List, show, check and detect profiles'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "gc" -d 'Remove what killed launchers and old runs left behind'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "doctor" -d 'Tell what this host can enforce, what is missing, and the command that mends it'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "completion" -d 'Print a completion script for a shell'
complete -c aisbx -n "__fish_aisbx_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l profile -d 'Profile: a name (`aisbx profile list`) or a file; else chosen by the command and the workspace' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l driver -d 'How the wall is built' -r -f -a "auto\t''
native\t''
bwrap\t''
chroot\t''
lima\t''"
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l cpu -d 'Share of processors, such as 1.5' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l mem -d 'Memory of all processes together, such as 512m' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l cpu-shares -d 'Part of processors that are short, in 1024ths of what a process outside gets' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l cpu-time -d 'End everything after this much processor time of all processes together, such as 10m' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l pids -d 'Processes and threads at the same time' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l disk -d 'Everything writable that is not the host\'s own (changes of a `cow` workspace, /tmp, home, /dev/shm), such as 1g' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l inodes -d 'Files, directories and links in the same' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l file-size -d 'Largest file that may be written, such as 100m' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l open-files -d 'Descriptors that one process has open' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l max-output -d 'End everything after this much output on both streams together' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l timeout -d 'End the command after this time, such as 30s or 5m' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l net -d 'Network: `none`, or `host` to share this machine\'s' -r -f -a "none\t''
host\t''"
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l mount -d 'Show a host path inside; `ro` (default), `rw`, or `cow` for a directory whose changes vanish with the run' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -s e -l env -d 'Set a variable; without a value, pass the one of this environment' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l env-pass -d 'Pass a variable of this environment; a `*` at the end stands for any' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -s w -l workdir -d 'Working directory inside; relative to the workspace' -r -F
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l workspace -d 'Tree to work on, seen at /workspace; else the current directory' -r -F
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l access -d 'What the command may do with the workspace: read, write to it, or write to a layer of the run\'s own' -r -f -a "ro\t''
rw\t''
cow\t''"
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l no-net -d 'No network; the same as `--net none`'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l no-workspace -d 'No tree: an empty /workspace that dies with the run'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l json -d 'Print the report as one JSON object instead of the command\'s output'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -s q -l quiet -d 'Say nothing of our own but errors'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -s v -l verbose -d 'Say what was chosen and why, and what was enforced'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -l explain -d 'Print how the sandbox would be built, step by step, and run nothing; with -v, the refused system calls too'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -s i -l interactive -d 'Pass standard input even if it is a terminal; implied by -t (what is not a terminal is always passed)'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -s t -l tty -d 'Give the command a terminal of its own'
complete -c aisbx -n "__fish_aisbx_using_subcommand run" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand logs" -s f -l follow -d 'Go on until the run has ended'
complete -c aisbx -n "__fish_aisbx_using_subcommand logs" -l json -d 'One JSON object a line: stream, microseconds since the start, text'
complete -c aisbx -n "__fish_aisbx_using_subcommand logs" -l raw -d 'Do not make the output harmless for a terminal'
complete -c aisbx -n "__fish_aisbx_using_subcommand logs" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand runs" -s n -l last -d 'At most so many' -r
complete -c aisbx -n "__fish_aisbx_using_subcommand runs" -l json -d 'Print a JSON array'
complete -c aisbx -n "__fish_aisbx_using_subcommand runs" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand stats" -l no-stream -d 'Print the figures once, on a terminal too'
complete -c aisbx -n "__fish_aisbx_using_subcommand stats" -s f -l follow -d 'Go on where the output is no terminal or JSON too, with a table or a line of JSON each second'
complete -c aisbx -n "__fish_aisbx_using_subcommand stats" -l json -d 'Print a JSON array'
complete -c aisbx -n "__fish_aisbx_using_subcommand stats" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand inspect" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and not __fish_seen_subcommand_from list show check detect help" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and not __fish_seen_subcommand_from list show check detect help" -f -a "list" -d 'List all profiles'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and not __fish_seen_subcommand_from list show check detect help" -f -a "show" -d 'Show what a profile means: every value with its origin'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and not __fish_seen_subcommand_from list show check detect help" -f -a "check" -d 'Read a profile file for its mistakes'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and not __fish_seen_subcommand_from list show check detect help" -f -a "detect" -d 'Tell which profile fits a command and the current directory'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and not __fish_seen_subcommand_from list show check detect help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from list" -l json -d 'Print a JSON array'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from show" -l json -d 'Print a JSON object'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from detect" -l json -d 'Print a JSON object'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from detect" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "list" -d 'List all profiles'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what a profile means: every value with its origin'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "check" -d 'Read a profile file for its mistakes'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "detect" -d 'Tell which profile fits a command and the current directory'
complete -c aisbx -n "__fish_aisbx_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aisbx -n "__fish_aisbx_using_subcommand gc" -l dry-run -d 'Change nothing, only tell'
complete -c aisbx -n "__fish_aisbx_using_subcommand gc" -l json -d 'Print a JSON object'
complete -c aisbx -n "__fish_aisbx_using_subcommand gc" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand doctor" -l json -d 'Print a JSON array'
complete -c aisbx -n "__fish_aisbx_using_subcommand doctor" -l fix -d 'Run the commands that mend what is missing, as root, and look again'
complete -c aisbx -n "__fish_aisbx_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c aisbx -n "__fish_aisbx_using_subcommand completion" -s h -l help -d 'Print help'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "run" -d 'Run a command in a fresh sandbox'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "logs" -d 'Show the output of a run'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "runs" -d 'List the runs that were recorded'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "stats" -d 'Show what runs use: processor, memory, processes'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "inspect" -d 'Show everything recorded of a run, as JSON'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "profile" -d 'List, show, check and detect profiles'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "gc" -d 'Remove what killed launchers and old runs left behind'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "doctor" -d 'Tell what this host can enforce, what is missing, and the command that mends it'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "completion" -d 'Print a completion script for a shell'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and not __fish_seen_subcommand_from run logs runs stats inspect profile gc doctor completion help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "list" -d 'List all profiles'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "show" -d 'Show what a profile means: every value with its origin'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "check" -d 'Read a profile file for its mistakes'
complete -c aisbx -n "__fish_aisbx_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "detect" -d 'Tell which profile fits a command and the current directory'
