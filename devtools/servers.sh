# devtools/servers.sh: a PostgreSQL and a Redis of our own, on unix sockets, under .run/.
#
# PostgreSQL refuses to run as root, so as root it runs as the user postgres. Where that user cannot
# reach this clone, or the path is too long for a socket, the servers live below /tmp and
# .run/servers leads there.

socket_path_max=100

server_user() { if [ "$(id -u)" = 0 ]; then echo postgres; else id -un; fi; }

as_server_user() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

reachable_for_servers() {
    local longest="$root/.run/servers/postgres/.s.PGSQL.5432.lock"
    [ ${#longest} -lt $socket_path_max ] && as_server_user test -x "$root"
}

# The folder with everything of the servers, created when it is not there.
prepare_servers_home() {
    local link=$root/.run/servers
    mkdir -p "$root/.run"
    if [ ! -d "$link" ]; then
        if reachable_for_servers; then
            mkdir "$link"
        else
            ln -sfn "$(mktemp -d /tmp/headroom-XXXXXX)" "$link"
        fi
        chmod 700 "$link/."
        [ "$(id -u)" != 0 ] || chown postgres "$link/."
    fi
    servers=$(readlink -f "$link")
}

# postgres_tool NAME: the newest installed PostgreSQL's.
postgres_tool() {
    local found
    found=$(find /usr/lib/postgresql/*/bin -name "$1" 2>/dev/null | sort -V | tail -n 1)
    echo "${found:-$1}"
}

pg_control() {
    (cd / && as_server_user "$(postgres_tool pg_ctl)" -D "$servers/postgres" "$@")
}

# sql DATABASE STATEMENT: as the private server's superuser.
sql() {
    PGOPTIONS='-c client_min_messages=warning' psql -qXAt -v ON_ERROR_STOP=1 \
        -h "$servers/postgres" -U postgres -d "$1" -c "$2"
}

database_url() { echo "postgresql://$1@/headroom?host=$servers/postgres"; }

postgres_up() {
    if [ ! -e "$servers/postgres/PG_VERSION" ]; then
        (cd / && as_server_user "$(postgres_tool initdb)" -D "$servers/postgres" -U postgres \
            --auth=trust --no-sync -E UTF8 --locale=C.UTF-8) >"$root/.run/initdb.log" ||
            { cat "$root/.run/initdb.log"; return 1; }
    fi
    pg_control status >/dev/null && return 0
    pg_control start -w -s -l "$servers/postgres/server.log" \
        -o "-c listen_addresses= -c unix_socket_directories=$servers/postgres -c fsync=off" ||
        { tail -n 20 "$servers/postgres/server.log"; return 1; }
}

# The three roles of a deployment, each signing in as itself.
create_roles() {
    local role
    for role in headroom_app:nologin headroom_projector:nologin \
        migrator:login app:login projector:login; do
        [ -n "$(sql postgres "select 1 from pg_roles where rolname = '${role%%:*}'")" ] ||
            sql postgres "create role ${role%%:*} ${role##*:} nosuperuser nobypassrls" || return 1
    done
    sql postgres "grant headroom_app to app; grant headroom_projector to projector"
    [ -n "$(sql postgres "select 1 from pg_database where datname = 'headroom'")" ] ||
        sql postgres "create database headroom owner migrator"
}

redis() { redis-cli -s "$servers/redis.sock" "$@"; }

redis_up() {
    redis ping >/dev/null 2>&1 && return 0
    redis-server --port 0 --unixsocket "$servers/redis.sock" --unixsocketperm 700 \
        --dir "$servers" --save '' --daemonize yes --logfile "$root/.run/redis.log" >/dev/null
    local tries
    for tries in $(seq 100); do
        redis ping >/dev/null 2>&1 && return 0
        sleep 0.05
    done
    tail -n 20 "$root/.run/redis.log"
    return 1
}

servers_up() { prepare_servers_home && postgres_up && create_roles && redis_up; }

dev_up() {
    servers_up || fail "the servers did not start"
    echo "DATABASE_URL='$(database_url app)'"
    echo "HEADROOM_MIGRATE_URL='$(database_url migrator)'"
    echo "HEADROOM_PROJECTOR_URL='$(database_url projector)'"
    echo "REDIS_URL='unix://$servers/redis.sock'"
}

dev_down() {
    [ -d "$root/.run/servers" ] || return 0
    prepare_servers_home
    redis shutdown nosave >/dev/null 2>&1 || true
    if pg_control status >/dev/null; then pg_control stop -s -m fast; fi
}
