# A shell of root's; `as tester COMMAND` is the other user.
stty sane -F /dev/ttyS1
export -f as
export LAUNCHER PROBE TESTS CASE TERM=linux
exec </dev/ttyS1
cd /kit/workspace/crates/cli
echo "The $CASE host, $(uname -r). \$LAUNCHER, \$PROBE and \$TESTS are there; \`as tester COMMAND\` or \`as root COMMAND\`; exit ends the machine."
setsid --ctty --wait bash -i
