-- The two roles the service works as. Login roles are made members of them by the operator:
--
--     create role shop_app login; grant headroom_app to shop_app;
--
-- The migrator owns the tables and is neither of the two. Where it may not create roles, and they
-- are missing, the migration stops here and says what to run.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['headroom_app', 'headroom_projector'] loop
        if exists (select from pg_catalog.pg_roles where rolname = wanted) then
            continue;
        end if;
        begin
            execute format('create role %I nologin nosuperuser nobypassrls', wanted);
        exception
            when duplicate_object or unique_violation then
                null;  -- another database of this server was migrated at the same moment
            when insufficient_privilege then
                raise exception 'role "%" is missing and % may not create it', wanted, current_user
                    using hint = format('run as an administrator: create role %I nologin', wanted);
        end;
    end loop;
end
$$;
