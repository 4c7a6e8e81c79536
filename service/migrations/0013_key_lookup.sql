-- Authentication looks a key up by its id before it knows whose it is. A transaction that names a
-- key's id sees that one row, of whichever tenant, and no other.
create policy key_lookup on agent_api_key_registry for select
    using (key_id = nullif(current_setting('app.api_key', true), ''));

create function headroom_api_key(wanted text)
    returns table (key_hash text, agent_id uuid, tenant_id text, status text,
                   agent_active boolean, created_at timestamptz)
    language plpgsql volatile
as $$
begin
    perform set_config('app.api_key', wanted, true);
    return query select k.key_hash, k.agent_id, k.tenant_id, k.status, k.agent_active,
                        k.created_at
                   from agent_api_key_registry k where k.key_id = wanted;
    perform set_config('app.api_key', '', true);
end
$$;
revoke all on function headroom_api_key(text) from public;
grant execute on function headroom_api_key(text) to headroom_app;

-- When each key was used last. No read model: nothing is rebuilt from events.
create table agent_api_key_use (
    key_id       text        primary key check (length(key_id) = 8),
    tenant_id    text        not null,
    last_used_at timestamptz not null
);
create index agent_api_key_use_tenant_idx on agent_api_key_use (tenant_id);

alter table agent_api_key_use enable row level security;
alter table agent_api_key_use force row level security;
create policy tenant_isolation on agent_api_key_use for all
    using (tenant_id = nullif(current_setting('app.current_tenant', true), ''))
    with check (tenant_id = nullif(current_setting('app.current_tenant', true), ''));
create policy projector_writes on agent_api_key_use for all to headroom_projector
    using (true) with check (true);
grant select, insert, update on agent_api_key_use to headroom_app;
grant select, delete on agent_api_key_use to headroom_projector;
