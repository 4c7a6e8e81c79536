-- A tenant's configuration values. Under row-level security: a session sees and writes the rows of
-- the tenant its transaction names in app.current_tenant, and none when it names none (the
-- setting is '' on a connection that was used before, hence nullif).
create table tenant_configuration (
    tenant_id    text        not null check (tenant_id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'
                                             and length(tenant_id) between 1 and 63),
    config_key   text        not null check (length(config_key) between 1 and 255),
    config_value jsonb       not null,
    updated_by   text        not null check (length(updated_by) between 1 and 255),
    updated_at   timestamptz not null default now(),
    primary key (tenant_id, config_key)
);

alter table tenant_configuration enable row level security;
alter table tenant_configuration force row level security;

create policy tenant_isolation on tenant_configuration for all
    using (tenant_id = nullif(current_setting('app.current_tenant', true), ''))
    with check (tenant_id = nullif(current_setting('app.current_tenant', true), ''));

-- Projections write batches of mixed tenants.
create policy projector_writes on tenant_configuration for all to headroom_projector
    using (true) with check (true);

grant select, insert, update, delete on tenant_configuration to headroom_app, headroom_projector;
