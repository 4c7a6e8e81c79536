# devtools/check.sh: style, clang-tidy, sanitizers, and a minute of every fuzz target.

fuzz_seconds=${HEADROOM_FUZZ_SECONDS:-60}

check_style() {
    build debug every_header_alone && configure release &&
        ctest --test-dir build/release -j "$jobs" --output-on-failure -R '^(style|law1|toolchain)\.'
}

# fuzz_one BINARY: what is found new stays under build/; the seeds of the tree are only read.
fuzz_one() {
    local binary=$1 name
    name=$(basename "$binary" _fuzz)
    local found=build/fuzz/corpus/$name seeds=fuzz/corpus/$name words=fuzz/$name.dict
    mkdir -p "$found"
    local options=(-max_total_time="$fuzz_seconds" -timeout=10 -rss_limit_mb=2048
        -artifact_prefix="build/fuzz/$name-" -print_final_stats=1)
    [ ! -e "$words" ] || options+=(-dict="$words")
    [ ! -d "$seeds" ] || found="$found $seeds"
    # shellcheck disable=SC2086  # two folders
    "$binary" "${options[@]}" $found >"build/fuzz/$name.log" 2>&1 || {
        tail -n 40 "build/fuzz/$name.log"
        return 1
    }
    printf '%-24s %s\n' "$name" "$(grep -E 'number_of_executed_units|new_units_added' \
        "build/fuzz/$name.log" | tr -s ' \n' ' ')"
}

# By the sources: a target that was not built fails, and one that is no more is not run.
fuzz_all() {
    export -f fuzz_one
    export fuzz_seconds
    basename -as .cpp fuzz/*_fuzz.cpp \
        | xargs -P "$jobs" -I{} bash -c 'fuzz_one "build/asan/bin/$1"' fuzz {}
}

# A source at a time, as the debug preset would compile it.
check_sources() {
    configure debug && python3 devtools/tidy.py build/debug --jobs "$jobs" "$@"
}

check_everything() {
    step "packages" dev_install &&
        step "style" check_style &&
        step "clang-tidy" check_sources "$@" &&
        sanitize asan &&
        sanitize tsan &&
        step "build fuzzers" build asan fuzzers &&
        step "fuzz, $fuzz_seconds s each" fuzz_all
}

# dev_check [--deep]: --deep adds clang's path-sensitive analyzer.
dev_check() {
    mkdir -p build
    : >"$summaries"
    local status=0
    check_everything "$@" || status=$?
    print_steps
    return $status
}
