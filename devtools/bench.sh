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

# dev_bench [--json] [NAME...]: with --json one JSON object for each measurement, and nothing else.
dev_bench() {
    local options=() names=() each
    for each in "$@"; do
        case $each in
            -*) options+=("$each") ;;
            *) names+=("$each") ;;
        esac
    done
    mkdir -p build
    { step "packages" dev_install && step "build" build_benches; } >&2 || return 1
    [ ${#names[@]} -gt 0 ] || mapfile -t names < <(
        find build/release/bin -name 'bench_*' -printf '%f\n' | sed 's/^bench_//' | sort)
    [[ " ${names[*]} " != *" tasks "* ]] || install_bullmq
    for each in "${names[@]}"; do
        [ -x "build/release/bin/bench_$each" ] || fail "there is no measurement called $each"
        "build/release/bin/bench_$each" "${options[@]}" || return 1
    done
}
