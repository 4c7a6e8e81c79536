# devtools/bench.sh: the measurements of bench/, on an idle machine if they are to mean anything.

# The option goes off again at once: what is built afterwards is what was built before.
build_benches() {
    cmake --preset release -DHEADROOM_BENCH=ON >build/.bench.log 2>&1 || {
        cat build/.bench.log
        return 1
    }
    local status=0
    cmake --build build/release -j "$jobs" || status=$?
    cmake --preset release -DHEADROOM_BENCH=OFF >/dev/null || return 1
    return $status
}

# BullMQ from npm, into the build folder, for the one measurement that has it as a rival; where
# there is no Node or no registry, it is left out.
bullmq_version=6.7.0
ioredis_version=5.11.1
install_bullmq() {
    local into=$root/build/bullmq
    command -v node >/dev/null && command -v npm >/dev/null || return 0
    [ -d "$into/node_modules/bullmq" ] || {
        mkdir -p "$into" &&
            npm install --prefix "$into" --no-audit --no-fund --no-save \
                "bullmq@$bullmq_version" "ioredis@$ioredis_version" >"$into/npm.log" 2>&1
    } || { echo "BullMQ is left out: see $into/npm.log" >&2; return 0; }
    export BENCH_BULLMQ=$into
}

# Rivals from Debian for the one measurement that has them; they are no part of what is built.
http_rivals=(python3-fastapi uvicorn python3-uvloop python3-httptools)
install_http_rivals() {
    local missing
    mapfile -t missing < <(missing_packages "${http_rivals[@]}")
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}" >build/.rivals.log 2>&1 \
        || echo "FastAPI is left out: see build/.rivals.log" >&2
}

# What there is to be measured stands in bench/CMakeLists.txt; a loop there names several.
bench_names() {
    sed -n -e 's/^ *add_executable(bench_\([a-z]*\) .*/\1/p' -e 's/^foreach(each \(.*\))/\1/p' \
        bench/CMakeLists.txt | tr ' ' '\n' | sort
}

bench_usage() {
    cat <<HELP
usage: ./dev bench [--json] [--rounds N] [--ms N] [NAME...]

Builds and runs the measurements of bench/, all or the named ones, on an idle machine if they are to
mean anything. --json prints one JSON object for each and nothing else. --rounds and --ms are for
those that repeat short measurements: how many times, and how long each. What a measurement does
stands at the beginning of bench/NAME.cpp.

names: $(bench_names | tr '\n' ' ' | fold -s -w 90 | sed '2,$s/^/       /')
HELP
}

# dev_bench [--json] [NAME...]: with --json one JSON object for each measurement, and nothing else.
dev_bench() {
    local options=() names=() each
    while [ $# -gt 0 ]; do
        case $1 in
            -h | --help) bench_usage && return ;;
            --rounds | --ms) options+=("$1" "${2:?$1 takes a number}") && shift ;;
            -*) options+=("$1") ;;
            *) names+=("$1") ;;
        esac
        shift
    done
    mkdir -p build
    { step "packages" dev_install && step "build" build_benches; } >&2 || return 1
    [ ${#names[@]} -gt 0 ] || mapfile -t names < <(
        find build/release/bin -name 'bench_*' -printf '%f\n' | sed 's/^bench_//' | sort)
    [[ " ${names[*]} " != *" tasks "* ]] || install_bullmq
    [[ " ${names[*]} " != *" http "* ]] || install_http_rivals
    for each in "${names[@]}"; do
        [ -x "build/release/bin/bench_$each" ] || fail "there is no measurement called $each"
        "build/release/bin/bench_$each" "${options[@]}" || return 1
    done
}
