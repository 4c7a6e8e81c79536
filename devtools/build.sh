# devtools/build.sh: configure and build under a preset of CMakePresets.json.

# configure PRESET: quietly, unless it fails.
configure() {
    cmake --preset "$1" >"build/.$1.log" 2>&1 || { cat "build/.$1.log"; return 1; }
}

# build PRESET [TARGET...]: everything, or the named targets.
build() {
    local preset=$1
    shift
    configure "$preset" || return 1
    cmake --build "build/$preset" -j "$jobs" ${1:+--target "$@"}
}

dev_build() {
    mkdir -p build
    step "packages" dev_install && step "build ${1:-release}" build "${@:-release}"
}
