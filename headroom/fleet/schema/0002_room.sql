-- Protocol 1 of the fleet ledger, the reading half: who is alive, whose a session is, how much is
-- free. A released function never changes; a new protocol brings functions of its own.
--
-- All of it runs while the others wait for the lock, so it reads locks, members and sessions once.
-- What is read often is `language sql stable` without settings: PostgreSQL puts such a function
-- into the plan of whoever asks. All else is PL/pgSQL, whose plans a session keeps.

-- Proofs of life on the whole server. 1213333506 is the class `proof_of_life`, 0x48520002.
create function headroom_fleet.alive_v1()
returns table (database oid, number bigint)
language sql stable
as $$
    select l.database, l.objid::bigint from pg_locks l
    where l.locktype = 'advisory' and l.granted and l.classid = 1213333506 and l.objsubid = 2
$$;

-- One number for both: the database in the upper half, the member in the lower.
create function headroom_fleet.proof_v1(database oid, number bigint) returns bigint
language sql immutable
as $$ select (database::bigint << 32) | number $$;

-- Client sessions. `tag` is the third part of the name, which is a member's number in eight
-- hexadecimal digits; `number` is that where all of the name is of our form, four parts of plain
-- characters. To tell the number takes five times as long as the rest, so members are looked for
-- by their tags. Without pg_monitor the kind of another role's backend is hidden: what has a role
-- and a database and is no walsender is taken for a client then, which counts a parallel worker
-- too many and never a client too few.
create function headroom_fleet.sessions_v1()
returns table (role oid, database oid, application text, tag text, number bigint)
language sql stable
as $$
    select a.usesysid, a.datid, a.application_name,
           split_part(a.application_name, '/', 3) collate "C",
           case when a.application_name ~
                     '^[a-z0-9._-]{1,12}/[a-z0-9._-]{1,9}/[0-9a-f]{8}/[a-z0-9._-]{1,31}$'
                then ('x' || split_part(a.application_name, '/', 3))::bit(32)::bigint end
    from pg_stat_get_activity(null) a
    where a.backend_type = 'client backend'
       or (a.backend_type is null and a.usesysid is not null and a.datid is not null
           and a.pid not in (select r.pid from pg_stat_get_wal_senders() r))
$$;

-- Null for what is no member's number.
create function headroom_fleet.tag_v1(number bigint) returns text
language sql immutable
as $$ select case when number between 0 and 4294967295 then lpad(to_hex(number), 8, '0') end $$;

-- What a decision begins with.
create type headroom_fleet.look as (
    header    headroom_fleet.header,
    alive     bigint[],  -- all proofs of life
    entered   boolean,   -- the asker has a row
    stale     boolean,   -- there may be rows to collect
    -- Somebody else waits for more, and said so lately: who was stopped since, or is asked to give,
    -- holds nothing back from others.
    wait      boolean,
    gave      boolean,   -- somebody else gave what it was asked for
    promised  integer,   -- floors of other processes, which were refused and ask again
    counted   bigint[],  -- the other members, whose reservations are
    reserved  integer,   -- together, or what is seen of one if that is more
    others    integer,   -- sessions of nobody of them, nor of the asker
    tagged    boolean,   -- some of which say they are a member's
    externals boolean    -- or there is a list of programs they may be
);

-- `every_row`: rows count whether their lock is seen or not. So it is when the ledger decides,
-- which removes the dead before: to ask the locks once more would leave out a member that died
-- since, whose row stands until the next visit, and the sum would be more than there is.
create function headroom_fleet.look_v1(asking bigint, own uuid, every_row boolean default true)
returns headroom_fleet.look
language plpgsql volatile
as $$
declare
    own_tag constant text := headroom_fleet.tag_v1(asking);
    seen headroom_fleet.look;
begin
    -- PostgreSQL shows a transaction the sessions of its first look again and again.
    perform pg_stat_clear_snapshot();
    with alive as materialized (
        select headroom_fleet.proof_v1(a.database, a.number) as proof
        from headroom_fleet.alive_v1() a)
    select (select h from headroom_fleet.header h),
           (select coalesce(array_agg(a.proof), '{}') from alive a),
           coalesce(bool_or(m.number = asking and m.identity = own), false),
           coalesce(bool_or(case when m.identity = own then m.number <> asking
                                 else m.number = asking or m.proof is null end)
                        filter (where m.number is not null), false),
           coalesce(bool_or(m.number <> asking and m.target is null and m.demand > m.reservation
                            and m.demand_at > clock_timestamp() - interval '2 seconds'), false),
           coalesce(bool_or(m.number <> asking and m.target >= m.reservation), false),
           (select coalesce(sum(j.floor), 0)::integer from headroom_fleet.joiner j
            where j.number <> asking and j.asks_until > clock_timestamp()),
           array_agg(m.number) filter (where m.counts),
           coalesce(sum(greatest(m.reservation, s.units)) filter (where m.counts), 0),
           coalesce(sum(s.units) filter (where m.counts is not true), 0),
           coalesce(bool_or(s.tag ~ '^[0-9a-f]{8}$') filter (where m.counts is not true), false),
           exists (select from headroom_fleet.external)
    into seen
    from (select m.*, headroom_fleet.tag_v1(m.number) as tag, l.proof,
                 m.number <> asking and (every_row or l.proof is not null) as counts
          from headroom_fleet.member m
          left join alive l on l.proof = headroom_fleet.proof_v1(m.lives_in, m.number)) m
    full join (select s.tag, count(*)::integer as units from headroom_fleet.sessions_v1() s
               where s.tag is distinct from own_tag group by s.tag) s
    on s.tag = m.tag;
    return seen;
end
$$;

-- Who else has a session on the server, or is promised one, and as whom: all that the reservations
-- of the `counted` members do not cover.
create function headroom_fleet.others_v1(asking bigint, counted bigint[], alive bigint[])
returns table (kind text, role oid, database oid, units integer)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    with found as materialized (
        select s.role, s.database, x.id as external,
               case when x.id is not null then 'external'
                    when s.number is null then 'stranger'
                    -- Its first two. What a fenced member still has open is more than that, and
                    -- must not pass for sessions that the join reserve is kept for.
                    when s.number in (select a & 4294967295 from unnest(alive) a)
                         and row_number() over (partition by s.number) <= 2 then 'joining'
                    else 'orphan' end as kind
        from headroom_fleet.sessions_v1() s
        left join lateral (
            select e.id from headroom_fleet.external e
            where s.number is null
              and (e.role is null
                   or s.role = (select r.oid from pg_roles r where r.rolname = e.role))
              and (e.database is null
                   or s.database = (select d.oid from pg_database d where d.datname = e.database))
              and (e.application is null or s.application like e.application)
            order by e.id limit 1) x on true
        where (s.tag in (select headroom_fleet.tag_v1(n)
                         from unnest(counted || asking) n)) is not true)
    select f.kind, f.role, f.database, count(*)::integer from found f group by 1, 2, 3
    union all
    select 'external', r.oid, d.oid, (e.declared - count(f.external))::integer
    from headroom_fleet.external e
    left join found f on f.external = e.id
    left join pg_roles r on r.rolname = e.role
    left join pg_database d on d.datname = e.database
    group by e.id, r.oid, d.oid having e.declared > count(f.external);
end
$$;

-- One inequality and what it offers: `allows` is the largest reservation it lets pass to one that
-- `needs` so much of it at the reservation `at_least`, and `most` of it at `at_most`.
create function headroom_fleet.offer_v1(
    bound text, id oid, name text, usable integer, joining integer, externals integer,
    strangers integer, orphans integer, reserved integer, needs integer, most integer,
    at_least integer, at_most integer) returns jsonb
language plpgsql immutable
as $$
declare
    free constant integer :=
        greatest(0, usable - joining - externals - strangers - orphans - reserved);
begin
    return jsonb_build_object(
        'bound', bound, 'id', id, 'name', name, 'usable', usable, 'joining', joining,
        'externals', externals, 'strangers', strangers, 'orphans', orphans, 'reserved', reserved,
        'free', free, 'needs', needs,
        'allows', case when most <= free then at_most else free - needs + at_least end);
end
$$;

-- The inequalities that bind whoever asks, the one that binds first in front: one of the server,
-- one of each role and each database of the claims that has a limit. A claim is one element of each
-- of the last four. What the asking member holds itself is left out.
create function headroom_fleet.offers_v1(
    asking bigint, look headroom_fleet.look, at_least integer, at_most integer,
    roles oid[], databases oid[], floors integer[], mosts integer[]) returns jsonb
language plpgsql volatile
as $$
declare
    slots constant integer := current_setting('max_connections')::integer
                              - current_setting('superuser_reserved_connections')::integer
                              - coalesce(current_setting('reserved_connections', true)::integer, 0);
    reserve constant integer := (look.header).join_reserve;
    narrow constant boolean :=
        exists (select from pg_roles r where r.oid = any (roles)
                and r.rolconnlimit >= 0 and not r.rolsuper)
        or exists (select from pg_database d where d.oid = any (databases)
                   and d.datconnlimit >= 0);
begin
    -- Nobody to look at more closely, and one inequality.
    if not (look.tagged or look.externals or narrow) then
        return jsonb_build_array(headroom_fleet.offer_v1(
            'server', 0, 'server', slots, reserve, 0, look.others, 0, look.reserved,
            at_least, at_most, at_least, at_most));
    end if;
    return (
        with other as materialized (
            select * from headroom_fleet.others_v1(asking, look.counted, look.alive)),
        bounds as (
            select 'server'::text as bound, 0::oid as id, 'server'::text as name, slots as usable
            union all
            select 'role', r.oid, r.rolname::text, r.rolconnlimit from pg_roles r
            where r.rolconnlimit >= 0 and not r.rolsuper and r.oid = any (roles)
            union all
            select 'database', d.oid, d.datname::text, d.datconnlimit from pg_database d
            where d.datconnlimit >= 0 and d.oid = any (databases))
        select jsonb_agg(o.offer order by (o.offer ->> 'allows')::integer, b.bound desc)
        from bounds b
        cross join lateral (
            select coalesce(sum(o.units) filter (where o.kind = 'joining'), 0)::integer,
                   coalesce(sum(o.units) filter (where o.kind = 'external'), 0)::integer,
                   coalesce(sum(o.units) filter (where o.kind = 'stranger'), 0)::integer,
                   coalesce(sum(o.units) filter (where o.kind = 'orphan'), 0)::integer
            from other o
            where b.bound = 'server' or b.id = case b.bound when 'role' then o.role
                                                            else o.database end)
            as u (joining, externals, strangers, orphans)
        cross join lateral (
            select coalesce(sum(least(c.most, c.floor + m.reservation - m.floor)), 0)::integer
            from headroom_fleet.member m
            join lateral (
                select sum(o.floor) as floor, sum(o.most) as most from headroom_fleet.claim o
                where o.number = m.number
                  and b.id = case b.bound when 'role' then o.role else o.database end) c
                on c.most is not null
            where m.number in (select unnest(look.counted))) as r (reserved)
        cross join lateral (
            select sum(c.floor)::integer, sum(c.most)::integer
            from unnest(roles, databases, floors, mosts) as c (role, database, floor, most)
            where b.id = case b.bound when 'role' then c.role else c.database end)
            as a (floor, most)
        cross join lateral (
            select case b.bound
                   when 'server' then headroom_fleet.offer_v1(
                       b.bound, b.id, b.name, b.usable, greatest(u.joining, reserve),
                       u.externals, u.strangers, u.orphans, look.reserved, at_least, at_most,
                       at_least, at_most)
                   else headroom_fleet.offer_v1(
                       b.bound, b.id, b.name, b.usable, u.joining, u.externals, u.strangers,
                       u.orphans, r.reserved, a.floor, a.most, at_least, at_most) end)
            as o (offer));
end
$$;

-- The same for whoever wants to look, with all that is alive now: the server's by
-- room_v1(-1, '{}', '{}', false).
create function headroom_fleet.room_v1(asking bigint, roles oid[], databases oid[],
                                       every_row boolean)
returns table (bound text, id oid, name text, usable integer, joining integer, externals integer,
               strangers integer, orphans integer, reserved integer, free integer)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    select r.* from jsonb_to_recordset(headroom_fleet.offers_v1(
        asking, headroom_fleet.look_v1(asking, null, every_row), 0, 0, roles, databases, '{}',
        '{}'))
        as r (bound text, id oid, name text, usable integer, joining integer, externals integer,
              strangers integer, orphans integer, reserved integer, free integer);
end
$$;
