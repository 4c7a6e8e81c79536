# devtools/run.sh: the whole thing on this machine, from empty servers to a live budget.

ready_seconds_max=70
service_pid=

free_port() {
    python3 -c 'import socket
door = socket.create_server(("127.0.0.1", 0))
print(door.getsockname()[1])'
}

show() { # TITLE COMMAND...
    printf '\n== %s\n' "$1"
    shift
    "$@"
}

service() { build/release/bin/headroom-service "$@"; }

start_service() {
    HEADROOM_HTTP_LISTEN=127.0.0.1:$(free_port)
    export HEADROOM_HTTP_LISTEN
    # In a session of its own: Ctrl-C reaches this script, which then asks the service once.
    setsid build/release/bin/headroom-service serve >.run/service.log 2>&1 &
    service_pid=$!
    local tries
    for tries in $(seq $((ready_seconds_max * 10))); do
        curl -fs -o /dev/null "http://$HEADROOM_HTTP_LISTEN/readyz" && return 0
        kill -0 "$service_pid" 2>/dev/null || break
        sleep 0.1
    done
    cat .run/service.log
    fail "the service did not become ready"
}

stop_service() {
    [ -n "$service_pid" ] || return 0
    kill -TERM "$service_pid" 2>/dev/null || true
    wait "$service_pid" || echo "the service ended with $?"
    service_pid=
}

# 20 tenants write 10 values each and read them back, 16 requests at a time.
drive() {
    local at="http://$HEADROOM_HTTP_LISTEN/v1/tenants/tenant-[1-20]/configuration/key-[1-10]"
    local each=(curl -sS -Z --parallel-max 16 -o /dev/null -w '%{http_code}\n')
    { "${each[@]}" -X PUT -H 'content-type: application/json' \
        -d '{"type": "integer", "value": 42}' "$at" && "${each[@]}" "$at"; } 2>/dev/null |
        sort | uniq -c | awk '{ print "  " $1 " answers " $2 }'
}

live_budget() {
    curl -fsS "http://$HEADROOM_HTTP_LISTEN/healthz" | python3 devtools/live_budget.py
}

live_backends() {
    psql -qX -h "$servers/postgres" -U postgres -d postgres -c "
        select application_name, usename as role, count(*) as connections
        from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()
        group by rollup ((application_name, usename)) order by application_name"
}

# What the service says it holds is what the server sees.
compare_accounts() {
    local held seen
    held=$(live_budget | awk '$1 == "postgres" && $2 == "in" { print $NF }')
    seen=$(sql postgres "select count(*) from pg_stat_activity
                         where application_name like '%/serve/%'")
    echo "the service holds $held leases of postgres, the server sees $seen of its connections"
    [ "$held" = "$seen" ]
}

tour() {
    show "the seed's plan: every pool for itself" \
        build/release/bin/headroom plan examples/plans/seed.yaml &&
        show "ours: one budget" service plan &&
        show "migrate" service migrate &&
        show "serve" start_service &&
        echo "ready on http://$HEADROOM_HTTP_LISTEN" &&
        show "a short workload" drive &&
        show "the budget, by the service's own account" live_budget &&
        show "the connections, by the server's account" live_backends &&
        compare_accounts
}

# What was not running before does not run afterwards.
leave() {
    trap - EXIT INT TERM
    stop_service
    [ "$were_up" = yes ] || dev_down
}

dev_run() {
    local once=${1:-}
    mkdir -p build .run
    step "packages" dev_install && step "build" build release headroom headroom-service || return 1
    prepare_servers_home
    were_up=no
    if pg_control status >/dev/null 2>&1; then were_up=yes; fi
    trap leave EXIT
    trap 'exit 0' INT TERM
    step "servers" servers_up || return 1
    DATABASE_URL=$(database_url app) HEADROOM_MIGRATE_URL=$(database_url migrator)
    export DATABASE_URL HEADROOM_MIGRATE_URL
    tour || return 1
    [ "$once" = --once ] && return 0
    printf '\nCtrl-C ends it.\n'
    wait "$service_pid"
}
