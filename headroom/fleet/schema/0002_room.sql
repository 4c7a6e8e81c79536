-- Protocol 1 of the fleet ledger, the reading half: who is alive, whose a session is, how much is
-- free. A released function never changes; a new protocol brings functions of its own.

-- Proofs of life on the whole server. 1213333506 is the class `proof_of_life`, 0x48520002.
create function headroom_fleet.alive_v1()
returns table (database oid, number bigint)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    select l.database, l.objid::bigint from pg_locks l
    where l.locktype = 'advisory' and l.granted and l.classid = 1213333506 and l.objsubid = 2;
end
$$;

-- Client sessions, with the number of the member they say they belong to. Without pg_monitor the
-- kind of another role's backend is hidden: what has a role and a database and is no walsender is
-- taken for a client then, which counts a parallel worker too many and never a client too few.
create function headroom_fleet.sessions_v1()
returns table (role oid, database oid, application text, number bigint)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    select a.usesysid, a.datid, a.application_name,
           case when a.application_name ~
                     '^[a-z0-9._-]{1,12}/[a-z0-9._-]{1,9}/[0-9a-f]{8}/[a-z0-9._-]{1,31}$'
                then ('x' || lpad(split_part(a.application_name, '/', 3), 16, '0'))
                     ::bit(64)::bigint end
    from pg_stat_get_activity(null) a
    where a.backend_type = 'client backend'
       or (a.backend_type is null and a.usesysid is not null and a.datid is not null
           and not exists (select from pg_stat_get_wal_senders() r where r.pid = a.pid));
end
$$;

-- The inequalities that bind whoever asks: one of the server, one of each role and each database
-- of the given ones that has a limit. What the asking member holds itself is left out. In learning
-- mode every row counts, whether its lock is seen or not.
create function headroom_fleet.room_v1(asking bigint, roles oid[], databases oid[],
                                       learning boolean)
returns table (bound text, id oid, name text, usable integer, joining integer, externals integer,
               strangers integer, orphans integer, reserved integer, free integer)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    with alive as materialized (select * from headroom_fleet.alive_v1()),
    live as materialized (
        select m.number, m.floor, m.reservation from headroom_fleet.member m
        where m.number <> asking
          and (learning or (m.lives_in, m.number) in (select a.database, a.number from alive a))),
    found as materialized (
        select s.role, s.database, s.number, x.id as external,
               case when s.number = asking then 'own'
                    when l.number is not null then 'member'
                    when x.id is not null then 'external'
                    when s.number is null then 'stranger'
                    -- Its first two. What a fenced member still has open is more than that, and
                    -- must not pass for sessions that the join reserve is kept for.
                    when s.number in (select a.number from alive a)
                         and row_number() over (partition by s.number) <= 2 then 'joining'
                    else 'orphan' end as kind
        from headroom_fleet.sessions_v1() s
        left join live l on l.number = s.number
        left join lateral (
            select e.id from headroom_fleet.external e
            where s.number is null
              and (e.role is null
                   or s.role = (select r.oid from pg_roles r where r.rolname = e.role))
              and (e.database is null
                   or s.database = (select d.oid from pg_database d where d.datname = e.database))
              and (e.application is null or s.application like e.application)
            order by e.id limit 1) x on true),
    demand as materialized (
        select f.kind, f.role, f.database, count(*) as units from found f
        where f.kind not in ('own', 'member') group by 1, 2, 3
        union all
        select 'external', r.oid, d.oid, e.declared - count(f.external)
        from headroom_fleet.external e
        left join found f on f.external = e.id
        left join pg_roles r on r.rolname = e.role
        left join pg_database d on d.datname = e.database
        group by e.id, r.oid, d.oid having e.declared > count(f.external)),
    held as materialized (
        select l.number, greatest(l.reservation, count(f.number)) as units
        from live l left join found f on f.number = l.number group by l.number, l.reservation),
    bounds as (
        select 'server'::text as bound, 0::oid as id, 'server'::text as name,
               current_setting('max_connections')::integer
               - current_setting('superuser_reserved_connections')::integer
               - coalesce(current_setting('reserved_connections', true)::integer, 0) as usable
        union all
        select 'role', r.oid, r.rolname::text, r.rolconnlimit from pg_roles r
        where r.rolconnlimit >= 0 and not r.rolsuper and r.oid = any (roles)
        union all
        select 'database', d.oid, d.datname::text, d.datconnlimit from pg_database d
        where d.datconnlimit >= 0 and d.oid = any (databases))
    select b.bound, b.id, b.name, b.usable, s.joining, s.externals, s.strangers, s.orphans,
           r.reserved,
           greatest(0, b.usable - s.joining - s.externals - s.strangers - s.orphans - r.reserved)
    from bounds b
    cross join lateral (
        select greatest(count_of.joining, case b.bound when 'server' then h.join_reserve else 0 end)
                   as joining,
               count_of.externals, count_of.strangers, count_of.orphans
        from headroom_fleet.header h,
             lateral (
                select coalesce(sum(d.units) filter (where d.kind = 'joining'), 0)::integer,
                       coalesce(sum(d.units) filter (where d.kind = 'external'), 0)::integer,
                       coalesce(sum(d.units) filter (where d.kind = 'stranger'), 0)::integer,
                       coalesce(sum(d.units) filter (where d.kind = 'orphan'), 0)::integer
                from demand d
                where b.bound = 'server' or (b.bound = 'role' and d.role = b.id)
                   or (b.bound = 'database' and d.database = b.id))
                as count_of (joining, externals, strangers, orphans)) s
    cross join lateral (
        select case b.bound when 'server' then (select coalesce(sum(h.units), 0) from held h)
               else (select coalesce(sum(least(c.most, c.floor + l.reservation - l.floor)), 0)
                     from live l
                     join lateral (
                        select sum(o.floor) as floor, sum(o.most) as most
                        from headroom_fleet.claim o
                        where o.number = l.number
                          and b.id = case b.bound when 'role' then o.role else o.database end) c
                        on c.most is not null) end::integer as reserved) r;
end
$$;

-- What of it an ask may get: `allows` is the largest reservation this inequality lets pass.
create function headroom_fleet.offers_v1(asking bigint, at_least integer, at_most integer,
                                         claims jsonb, learning boolean)
returns table (bound text, id oid, name text, usable integer, joining integer, externals integer,
               strangers integer, orphans integer, reserved integer, free integer,
               needs integer, allows integer)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    with asked as materialized (
        select r.oid as role, d.oid as database, c.floor, c.most
        from jsonb_to_recordset(claims)
             as c (role text, database text, floor integer, most integer)
        join pg_roles r on r.rolname = c.role join pg_database d on d.datname = c.database),
    room as materialized (
        select * from headroom_fleet.room_v1(
            asking, array(select a.role from asked a), array(select a.database from asked a),
            learning))
    select r.*, o.floor, case when o.most <= r.free then at_most
                              else r.free - o.floor + at_least end
    from room r
    cross join lateral (
        select case r.bound when 'server' then at_least else sum(a.floor) end::integer as floor,
               case r.bound when 'server' then at_most else sum(a.most) end::integer as most
        from asked a
        where r.bound = 'server' or r.id = case r.bound when 'role' then a.role
                                           else a.database end) o;
end
$$;
