# devtools/test.sh: every test in release, then under sanitizers those a label says they pay for.

summaries=build/.summaries

# run_tests PRESET [CTEST OPTIONS...]: keeps ctest's summary line for the end.
run_tests() {
    local preset=$1 status=0
    shift
    ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --no-tests=error "$@" \
        | tee "build/.$preset.tests" || status=$?
    sed -n "s/^\([0-9]*% tests passed.*\)$/$preset: \1/p" "build/.$preset.tests" >>"$summaries"
    return $status
}

# sanitize PRESET: builds and runs the tests labelled with the preset's name.
sanitize() {
    step "build $1" build "$1" "tests_$1" &&
        step "test $1" run_tests "$1" -L "^$1\$"
}

# The last line is ctest's summary: of the first run that failed, else of the release run.
print_summary() {
    [ -s "$summaries" ] || return 0
    printf '\n'
    cat "$summaries"
    { grep -v ' 0 tests failed' "$summaries" || cat "$summaries"; } | sed -n '1s/^[a-z]*: //p'
}

test_everything() {
    step "packages" dev_install &&
        step "peers of the tests" install_peers &&
        step "build release" build release &&
        step "test release" run_tests release &&
        sanitize asan &&
        sanitize tsan
}

dev_test() {
    mkdir -p build
    : >"$summaries"
    local status=0
    test_everything || status=$?
    print_steps
    print_summary
    return $status
}
