# devtools/chaos.sh: at full length, the proofs that `./dev test` runs for seconds.

chaos_names=(soak foreign kills tasks memory fleet rolling)

# prove NAME BINARY FILTER: runs it and prints the figures that its tests recorded.
prove() {
    local name=$1 report=build/chaos/$1.json status=0
    "build/release/bin/$2" --gtest_filter="$3" --gtest_output="json:$report" \
        >"build/chaos/$name.log" 2>&1 || status=$?
    [ $status = 0 ] || tail -n 40 "build/chaos/$name.log"
    python3 devtools/chaos_figures.py "$name" "$report" || status=1
    return $status
}

# A million events by 32 writers that hold, hang for 3 s, roll back and lock the table.
chaos_soak() {
    HEADROOM_SOAK_EVENTS=1000000 HEADROOM_SOAK_HANG_MS=3000 \
        prove soak eventsourcing_soak_test '*WhatThirtyTwoWritersCommit*'
}

# A transaction of somebody else that has written and stays open for a minute.
chaos_foreign() {
    HEADROOM_SOAK_SECONDS=60 prove foreign eventsourcing_soak_test '*AForeignTransaction*'
}

# A thousand times kill -9 of a projection's owner while events arrive.
chaos_kills() {
    HEADROOM_KILLS=1000 prove kills eventsourcing_processes_test '*KilledAtRandom*'
}

# A thousand times kill -9 of a worker, half of whose tasks PostgreSQL has recorded.
chaos_tasks() {
    HEADROOM_KILLS=1000 prove tasks tasks_processes_test 'KilledTaskProcesses.*'
}

# Ten million tasks: the memory of Redis and of the process, a tenth of them after the other.
chaos_memory() {
    HEADROOM_TASKS=10000000 prove memory tasks_processes_test 'TaskMemory.*'
}

# An hour of kills, stops, cuts, deploys and resizes of fifty members and four services.
chaos_fleet() {
    HEADROOM_CHAOS_SECONDS=${HEADROOM_CHAOS_SECONDS:-3600} prove fleet fleet_chaos_test 'Chaos.*'
}

# Twenty restarts of two instances behind each of two balancers, under load.
chaos_rolling() {
    HEADROOM_ROLLING_RESTARTS=20 prove rolling service_crowds_test 'Rolling.*'
}

# The sentence above each proof's function.
chaos_usage() {
    cat <<'HELP'
usage: ./dev chaos [NAME...]

The proofs that `./dev test` runs for seconds, at full length: all of them or the named ones, one
after the other. On an idle machine, for some bound times.

HELP
    awk '/^# / {said = substr($0, 3)} /^chaos_[a-z]*\(\)/ && said {
        sub(/^chaos_/, ""); sub(/\(.*/, ""); if ($0 != "usage") printf "  %-9s %s\n", $0, said
        said = "" }' devtools/chaos.sh
}

# dev_chaos [NAME...]: all of them or the named ones, one after the other; on an idle machine, for
# some bound times.
dev_chaos() {
    local names=("$@") each status=0
    case ${1:-} in -h | --help) chaos_usage && return ;; esac
    [ ${#names[@]} -gt 0 ] || names=("${chaos_names[@]}")
    for each in "${names[@]}"; do
        [[ " ${chaos_names[*]} " = *" $each "* ]] \
            || fail "there is no proof called $each; there are: ${chaos_names[*]}"
    done
    mkdir -p build/chaos
    step "packages" dev_install \
        && step "build" build release eventsourcing_soak_test eventsourcing_processes_test \
            tasks_processes_test fleet_chaos_test service_crowds_test \
        || return 1
    for each in "${names[@]}"; do
        step "$each" "chaos_$each" || status=1
    done
    print_steps
    return $status
}
