-- What a key was issued for; null: for whatever its agent may do.
alter table agent_api_key_registry
    add column scopes text[] check (cardinality(scopes) between 1 and 16);
-- An agent's keys are listed newest first.
drop index agent_api_key_registry_agent_idx;
create index agent_api_key_registry_agent_idx
    on agent_api_key_registry (agent_id, created_at, key_id);

-- A result of other columns takes another function. Programs of before ask it for those they know.
drop function headroom_api_key(text);
create function headroom_api_key(wanted text)
    returns table (key_hash text, agent_id uuid, tenant_id text, status text,
                   agent_active boolean, created_at timestamptz, scopes text[])
    language plpgsql volatile
as $$
begin
    perform set_config('app.api_key', wanted, true);
    return query select k.key_hash, k.agent_id, k.tenant_id, k.status, k.agent_active,
                        k.created_at, k.scopes
                   from agent_api_key_registry k where k.key_id = wanted;
    perform set_config('app.api_key', '', true);
end
$$;
revoke all on function headroom_api_key(text) from public;
grant execute on function headroom_api_key(text) to headroom_app;
