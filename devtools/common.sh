# devtools/common.sh: jobs, the compiler cache, and steps that say how long they took.

jobs=${HEADROOM_JOBS:-$(nproc)}
# Ours alone: a service that inherits a HEADROOM_ variable it does not know refuses to start.
export -n HEADROOM_JOBS HEADROOM_FUZZ_SECONDS

# One cache for every clone of this repository: paths are hashed relative to the clone.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root}
export CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}
sloppiness=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-$sloppiness}

steps=()

# step NAME COMMAND...: runs the command and remembers how long it took. Steps are chained with &&:
# bash forgets `set -e` in whatever a condition calls.
step() {
    local name=$1 began=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    if ! "$@"; then
        printf '== %s: FAILED after %d s\n' "$name" $((SECONDS - began)) >&2
        return 1
    fi
    steps+=("$(printf '%6d s  %s' $((SECONDS - began)) "$name")")
}

print_steps() {
    printf '\n== time\n'
    printf '%s\n' "${steps[@]}"
    printf '%6d s  in all\n' "$SECONDS"
}

fail() {
    echo "dev: $*" >&2
    exit 1
}
