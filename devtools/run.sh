# devtools/run.sh: the whole thing on this machine, from empty servers to a live budget.

ready_seconds_max=70
caught_up_seconds_max=10
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

# ask VERB PATH [BODY]: the answer once the read models show it; fails unless the status is 2xx.
ask() {
    curl -fsS -X "$1" -H 'prefer: wait' -H 'content-type: application/json' \
        ${3:+-d "$3"} "http://$HEADROOM_HTTP_LISTEN$2"
}

# member NAME: of the JSON object on standard input.
member() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

# Three tenants, each with a user, an agent and its key.
make_domains() {
    local tenant agent
    for tenant in acme globex initech; do
        curl -fsS -o /dev/null "http://$HEADROOM_HTTP_LISTEN/v1/tenants/$tenant" 2>/dev/null ||
            ask POST /v1/tenants "{\"slug\": \"$tenant\", \"name\": \"$tenant\"}" >/dev/null ||
            return 1
        ask POST "/v1/tenants/$tenant/activate" >/dev/null || return 1
        ask POST "/v1/tenants/$tenant/users" "{\"issuer\": \"https://id.example\",
            \"subject\": \"ada-$tenant\", \"email\": \"ada@$tenant.example\"}" >/dev/null ||
            return 1
        agent=$(ask POST "/v1/tenants/$tenant/agents" \
            '{"agent_type": "robot", "display_name": "R2"}' | member agent_id) || return 1
        echo "$tenant: a user, an agent, and its key" \
            "$(ask POST "/v1/tenants/$tenant/agents/$agent/keys" | member key_id)"
    done
}

behind() {
    service projections list --json | python3 -c '
import json, sys
print(sum(each["behind"] for each in json.load(sys.stdin)["projections"]))'
}

# The projections, once they have seen every event; fails when they have not within the bound.
caught_up() {
    local until=$((SECONDS + caught_up_seconds_max))
    until [ "$(behind)" = 0 ]; do
        if [ "$SECONDS" -ge "$until" ]; then
            service projections list
            fail "the projections are behind after $caught_up_seconds_max s"
        fi
        sleep 0.2
    done
    service projections list
}

# The tenants' configuration, 30 writes and then 30 reads, 16 requests at a time.
drive() {
    local at="http://$HEADROOM_HTTP_LISTEN/v1/tenants/{acme,globex,initech}"
    at=$at/configuration/key-[1-10]
    local each=(curl -sS -Z --parallel-max 16 -o /dev/null -w '%{http_code}\n')
    { "${each[@]}" -X PUT -H 'content-type: application/json' \
        -d '{"type": "integer", "value": 42}' "$at" && "${each[@]}" "$at"; } 2>/dev/null |
        sort | uniq -c | awk '{ print "  " $1 " answers " $2 }'
}

# The budget of the audited stack beside ours: what one process may open, and four.
beside_the_seed() {
    local workers
    for workers in 1 4; do
        printf '%s process(es), the seed: ' "$workers"
        build/release/bin/headroom plan examples/plans/seed.yaml --workers "$workers" |
            grep '^postgres:'
    done
    service plan --format markdown | grep -E '^\| PostgreSQL connections \(4 projections'
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
        show "tenants, users, agents and keys" make_domains &&
        show "a short workload" drive &&
        show "four projections, caught up" caught_up &&
        show "the budget, by the service's own account" live_budget &&
        show "the connections, by the server's account" live_backends &&
        compare_accounts &&
        show "ours beside the seed's" beside_the_seed
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
    HEADROOM_PROJECTOR_URL=$(database_url projector)
    HEADROOM_API_KEY_PEPPER=$(head -c 32 /dev/urandom | base64)
    AUTH_DEV_BYPASS=true # on this machine alone, who presents no credential has every role
    export DATABASE_URL HEADROOM_MIGRATE_URL HEADROOM_PROJECTOR_URL HEADROOM_API_KEY_PEPPER
    export AUTH_DEV_BYPASS
    tour || return 1
    [ "$once" = --once ] && return 0
    printf '\nCtrl-C ends it.\n'
    wait "$service_pid"
}
