-- Users and agents' keys, as read models of their events, under row-level security: a session sees
-- the rows of the tenant its transaction names, and none when it names none.
create table user_profile (
    user_id      uuid        primary key,
    tenant_id    text        not null,
    issuer       text        not null check (length(issuer) between 1 and 255),
    oidc_sub     text        not null check (length(oidc_sub) between 1 and 255),
    email        text        check (length(email) <= 255),
    display_name text        not null check (length(display_name) between 1 and 255),
    preferences  jsonb       not null default '{}',
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    unique (issuer, oidc_sub)
);
create index user_profile_tenant_idx on user_profile (tenant_id, created_at);

create table agent_api_key_registry (
    key_id       text        primary key check (length(key_id) = 8),
    agent_id     uuid        not null,
    tenant_id    text        not null,
    key_hash     text        not null check (length(key_hash) <= 255),
    status       text        not null default 'active' check (status in ('active', 'revoked')),
    agent_active boolean     not null,
    created_at   timestamptz not null,
    revoked_at   timestamptz
);
create index agent_api_key_registry_agent_idx on agent_api_key_registry (agent_id);
create index agent_api_key_registry_tenant_idx on agent_api_key_registry (tenant_id);

do $$
declare
    isolated text;
begin
    foreach isolated in array array['user_profile', 'agent_api_key_registry'] loop
        execute format('alter table %I enable row level security', isolated);
        execute format('alter table %I force row level security', isolated);
        execute format(
            $policy$create policy tenant_isolation on %I for all
                using (tenant_id = nullif(current_setting('app.current_tenant', true), ''))
                with check (tenant_id = nullif(current_setting('app.current_tenant', true), ''))
            $policy$, isolated);
        execute format(
            'create policy projector_writes on %I for all to headroom_projector
                using (true) with check (true)', isolated);
        execute format('grant select on %I to headroom_app', isolated);
        execute format(
            'grant select, insert, update, delete on %I to headroom_projector', isolated);
    end loop;
end
$$;
