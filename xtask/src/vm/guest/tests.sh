# The tests, as one user after the other. Lines that begin with `vm: ` are for the one who reads.

# The launcher sandboxes, or it says that it cannot. Half a sandbox, or none without a word, is neither.
runs_or_refuses() {
    local output code
    output=$(as "$1" "$LAUNCHER" run --no-net -- sh -c 'echo inside' 2>/tmp/errors)
    code=$?
    if [ "$code/$output" = 0/inside ] || { [ "$code/$output" = 125/ ] && grep -q '^error: ' /tmp/errors; }; then
        echo "test launcher::runs_or_refuses ... ok ($code)"
        echo "test result: ok. 1 passed; 0 failed"
    else
        echo "test launcher::runs_or_refuses ... FAILED ($code) $output"
        cat /tmp/errors
        echo "test result: FAILED. 0 passed; 1 failed"
    fi
}

for user in $USERS; do
    mapfile -t words <"/kit/guest/words.$user"
    echo "vm: as $user"
    as "$user" "$LAUNCHER" doctor
    runs_or_refuses "$user"
    as "$user" "$TESTS" --color=never "${words[@]}"
    echo "vm: ended $?"
done
echo "vm: over"
