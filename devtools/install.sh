# devtools/install.sh: the Debian 12 packages headroom is built and tested with.

packages=(
    clang-19 clang-tidy-19 lld-19 libclang-rt-19-dev llvm-19 ccache ninja-build cmake pkg-config
    libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libpq-dev libssl-dev
    libcurl4-openssl-dev libyaml-cpp-dev libspdlog-dev libfmt-dev libcli11-dev prometheus-cpp-dev
    libhowardhinnant-date-dev tzdata zlib1g-dev libbrotli-dev
    libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev
    postgresql-15 pgbouncer redis-server nginx-light haproxy varnish chromium wrk systemd
    curl dpkg-dev file procps iproute2 python3 python3-prometheus-client
)

policy=/usr/sbin/policy-rc.d
cluster_rule=/etc/postgresql-common/createcluster.d/headroom.conf

missing_packages() {
    local installed
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sort -u)
    local each
    for each in "$@"; do
        grep -qx "installed $each" <<<"$installed" || echo "$each"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "$@" </dev/null
}

# While packages are installed nothing of theirs may start: our servers are private ones.
forbid_services() {
    trap 'restore_services' EXIT
    [ ! -e "$policy" ] || as_root mv "$policy" "$policy.before"
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy"
}

restore_services() {
    as_root rm -f "$policy"
    [ ! -e "$policy.before" ] || as_root mv "$policy.before" "$policy"
}

# PostgreSQL's package would create and enable a cluster of its own.
forbid_main_cluster() {
    apt_install postgresql-common && as_root mkdir -p "$(dirname "$cluster_rule")" || return 1
    echo 'create_main_cluster = false' | as_root tee "$cluster_rule" >/dev/null
}

install_packages() (
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        fail "these packages are missing, and installing them needs root or sudo: $*"
    fi
    forbid_services && as_root apt-get update -q </dev/null \
        && forbid_main_cluster && apt_install "$@"
)

# Node from elsewhere than Debian serves as well.
node_packages() { command -v node >/dev/null && command -v npm >/dev/null || echo nodejs npm; }

# Other people's programs that only tests speak to; each checkout has its own, by the lock file.
install_peers() {
    local into=tests/peers
    [ "$into/node_modules/.package-lock.json" -nt "$into/package-lock.json" ] && return 0
    echo "installing: what $into/package.json names"
    npm ci --prefix "$into" --no-audit --no-fund --ignore-scripts --loglevel=error \
        && touch "$into/node_modules/.package-lock.json"
}

dev_install() {
    command -v dpkg-query >/dev/null || fail "not Debian: install what devtools/install.sh lists"
    local missing
    mapfile -t missing < <(missing_packages "${packages[@]}" $(node_packages))
    if [ ${#missing[@]} != 0 ]; then
        echo "installing: ${missing[*]}"
        install_packages "${missing[@]}"
    fi
}
