-- Protocol 1 of the fleet ledger, the standbys' part. A standby lets sessions in up to limits of
-- its own, but nobody can write there; so what members may hold on it stands here, in its primary's
-- ledger, under a scope of that standby.
--
-- What the primary cannot see the visitor tells: a look, taken on the standby itself. Looks are not
-- taken under the lock, so each visit shows that nothing has been taken away since its look began:
--
--     whoever opened sessions after the look has a share, or had one that is deleted by now
--
-- and each deletion changes the scope's ticket. A visit with the ticket it held before its look has
-- either seen a session or sees the share that covers it.

-- One standby, from one start of it to its next, which all its sessions end with.
create table headroom_fleet.standby_scope (
    scope          text        primary key,  -- "<system identifier>/<start in microseconds>"
    -- Random, because a crash that loses the last commits would hand out a counter's value twice.
    ticket         uuid        not null default gen_random_uuid(),
    life           text        not null,  -- the primary's, when the ticket was made
    learning_until timestamptz not null default '-infinity',
    created_at     timestamptz not null default clock_timestamp()
);

create table headroom_fleet.standby_share (
    scope       text    not null references headroom_fleet.standby_scope on delete cascade,
    number      bigint  not null references headroom_fleet.member on delete cascade,
    floor       integer not null check (floor >= 1),
    most        integer not null check (most >= floor),
    reservation integer not null check (reservation >= floor),
    primary key (scope, number)
);

create index on headroom_fleet.standby_share (number);

-- As `claim`, of a share's reservation.
create table headroom_fleet.standby_claim (
    scope    text    not null,
    number   bigint  not null,
    role     oid     not null,
    database oid     not null,
    floor    integer not null check (floor >= 0),
    most     integer not null check (most >= floor),
    primary key (scope, number, role, database),
    foreign key (scope, number) references headroom_fleet.standby_share on delete cascade
);

create function headroom_fleet.standby_turn_v1() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    update headroom_fleet.standby_scope s set ticket = gen_random_uuid() where s.scope = old.scope;
    return null;
end
$$;

-- For each row: dead members by the thousand, which have no share, shall cost nothing.
create trigger standby_turn after delete on headroom_fleet.standby_share for each row
execute function headroom_fleet.standby_turn_v1();

-- What there is to see on the server it runs on; called on a standby, so it only reads. Oids are
-- the same there as on the primary.
create function headroom_fleet.standby_look_v1() returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'scope', (select c.system_identifier from pg_control_system() c) || '/'
                 || (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
        'in_recovery', pg_is_in_recovery(),
        'slots', current_setting('max_connections')::integer
                 - current_setting('superuser_reserved_connections')::integer
                 - coalesce(current_setting('reserved_connections', true)::integer, 0),
        'limits', (
            select coalesce(jsonb_agg(to_jsonb(l)), '[]')
            from (select 'role' as bound, r.oid as id, r.rolname as name, r.rolconnlimit as usable
                  from pg_roles r where r.rolconnlimit >= 0 and not r.rolsuper
                  union all
                  select 'database', d.oid, d.datname, d.datconnlimit
                  from pg_database d where d.datconnlimit >= 0) l),
        'sessions', (
            select coalesce(jsonb_agg(to_jsonb(g)), '[]')
            from (select s.role, s.database, s.number, s.application, count(*)::integer as units
                  from headroom_fleet.sessions_v1() s group by 1, 2, 3, 4) g))
$$;

-- The sessions of a look but the asker's, one row each. `kind` as in others_v1, or 'share' for
-- those of the scope's members; of a living member without a share the first session is joining:
-- the one it looks from.
create function headroom_fleet.standby_sessions_v1(asking bigint, look jsonb)
returns table (kind text, role oid, database oid, number bigint)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    with alive as materialized (select a.number from headroom_fleet.alive_v1() a),
    share as (select h.number from headroom_fleet.standby_share h
              where h.scope = look ->> 'scope')
    select case when s.number is null then 'stranger'
                when s.number in (select h.number from share h) then 'share'
                when s.number in (select a.number from alive a)
                     and row_number() over (partition by s.number) = 1 then 'joining'
                else 'orphan' end, s.role, s.database, s.number
    from jsonb_to_recordset(look -> 'sessions')
         as s (role oid, database oid, number bigint, units integer)
    cross join generate_series(1, s.units)
    where s.number is distinct from asking;
end
$$;

-- The inequalities of a standby that bind whoever asks, as offers_v1 has those of this server. A
-- member counts for its reservation, or for what is seen of it if that is more.
create function headroom_fleet.standby_offers_v1(asking bigint, look jsonb, at_least integer,
                                                 at_most integer, claims jsonb) returns jsonb
language plpgsql volatile
as $$
declare
    reserve constant integer := (select h.join_reserve from headroom_fleet.header h);
begin
    return (
        with seen as materialized (
            select * from headroom_fleet.standby_sessions_v1(asking, look)),
        bounds as (
            select 'server' as bound, 0::oid as id, 'server' as name,
                   (look ->> 'slots')::integer as usable, at_least as needs, at_most as most
            union all
            select l.bound, l.id, l.name, l.usable, c.needs, c.most
            from jsonb_to_recordset(look -> 'limits')
                 as l (bound text, id oid, name text, usable integer)
            cross join lateral (
                select sum(o.floor)::integer as needs, sum(o.most)::integer as most
                from headroom_fleet.claims_v1(claims) o
                where l.id = case l.bound when 'role' then o.role else o.database end) c
            where c.most is not null)
        select jsonb_agg(o.offer order by (o.offer ->> 'allows')::integer, b.bound desc)
        from bounds b
        cross join lateral (
            select count(*) filter (where s.kind = 'joining')::integer as joining,
                   count(*) filter (where s.kind = 'stranger')::integer as strangers,
                   count(*) filter (where s.kind = 'orphan')::integer as orphans
            from seen s
            where b.bound = 'server'
               or b.id = case b.bound when 'role' then s.role else s.database end) u
        cross join lateral (
            select coalesce(sum(greatest(p.part, p.open)), 0)::integer as reserved
            from (select case b.bound when 'server' then h.reservation
                         else least(c.most, c.floor + h.reservation - h.floor) end as part,
                         (select count(*) from seen s
                          where s.number = h.number
                            and (b.bound = 'server'
                                 or b.id = case b.bound when 'role' then s.role
                                                        else s.database end)) as open
                  from headroom_fleet.standby_share h
                  cross join lateral (
                      select sum(o.floor) as floor, sum(o.most) as most
                      from headroom_fleet.standby_claim o
                      where (o.scope, o.number) = (h.scope, h.number)
                        and b.id = case b.bound when 'role' then o.role else o.database end) c
                  where h.scope = look ->> 'scope' and h.number <> asking) p) r
        cross join lateral (
            select headroom_fleet.offer_v1(
                b.bound, b.id, b.name, b.usable,
                case b.bound when 'server' then greatest(u.joining, reserve) else u.joining end,
                0, u.strangers, u.orphans, r.reserved, b.needs, b.most, at_least, at_most))
            as o (offer));
end
$$;

-- Before the lock, as rehearse_v1: plans what takes longest. Reads and forgets.
create function headroom_fleet.standby_rehearse_v1(asking bigint, look jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set jit = off
    set plan_cache_mode = force_generic_plan
as $$
begin
    perform headroom_fleet.standby_offers_v1(asking, look, 1, 1, '[]');
end
$$;

-- Who holds what on a standby, for a refusal; as holders_v1.
create function headroom_fleet.standby_holders_v1(asking bigint, look jsonb, at_most integer)
returns jsonb
language plpgsql volatile
as $$
begin
    return (
    with share as materialized (
        select m.system, m.duty, h.number, h.reservation from headroom_fleet.standby_share h
        join headroom_fleet.member m on m.number = h.number
        where h.scope = look ->> 'scope' and h.number <> asking),
    holder as (
        select format('%s/%s/%s', h.system, h.duty, lpad(to_hex(h.number), 8, '0')) as name,
               h.reservation as units
        from share h
        union all
        select coalesce(nullif(s.application, ''), 'unnamed') || ' as '
                   || pg_get_userbyid(s.role),
               sum(s.units)::integer
        from jsonb_to_recordset(look -> 'sessions')
             as s (role oid, number bigint, application text, units integer)
        where s.number is distinct from asking
          and (s.number in (select h.number from share h)) is not true
        group by s.application, s.role)
    select coalesce(jsonb_agg(jsonb_build_object('name', h.name, 'units', h.units)
                              order by h.units desc, h.name), '[]')
    from (select * from holder order by units desc, name limit at_most) h);
end
$$;

-- Makes the scope if it is new, and its ticket if the primary's life is another than the ticket's.
-- Where a standby has restarted its members come back to a scope that is empty: as long as it
-- learns nobody gets more than he had, or than he needs.
create function headroom_fleet.standby_enter_v1(of_scope text)
returns headroom_fleet.standby_scope
language plpgsql volatile
as $$
declare
    now_in constant text := left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || '/'
                            || (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint;
    known headroom_fleet.standby_scope;
begin
    -- An empty one may be that of a newcomer, which is on its way with the ticket of it.
    delete from headroom_fleet.standby_scope s
    where s.scope <> of_scope and s.created_at < clock_timestamp() - interval '1 minute'
      and not exists (select from headroom_fleet.standby_share h where h.scope = s.scope);
    insert into headroom_fleet.standby_scope as s (scope, life, learning_until)
    values (of_scope, now_in,
            case when exists (select from headroom_fleet.standby_share)
                 then clock_timestamp() + (select h.learning_seconds * interval '1 second'
                                           from headroom_fleet.header h)
                 else '-infinity' end)
    on conflict (scope) do update
    set ticket = gen_random_uuid(), life = now_in where s.life <> now_in;
    select * into known from headroom_fleet.standby_scope s where s.scope = of_scope;
    return known;
end
$$;

-- A member's visit for its share of a standby, the first one too: it held the ticket `held` when it
-- began to take this look, comes from the scope `left_scope` if the standby has restarted, has
-- closed down to `closed_to` and may have so many open, and would like `at_most`. Answers like
-- admit_v1, with the ticket of the next visit; or with `look_again` and that ticket.
create function headroom_fleet.standby_visit_v1(
    asking bigint, own uuid, held uuid, look jsonb, left_scope text, at_least integer,
    at_most integer, closed_to integer, claims jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp set jit = off
    set plan_cache_mode = force_generic_plan
as $$
declare
    of_scope constant text := look ->> 'scope';
    known headroom_fleet.header;
    learning boolean;
    me headroom_fleet.member;
    entered headroom_fleet.standby_scope;
    mine headroom_fleet.standby_share;
    alive bigint[];
    collected integer;
    offers jsonb;
    allows integer;
    given integer;
    answer jsonb;
begin
    select * into known from headroom_fleet.header;
    learning := headroom_fleet.learn_v1(known);
    select array_agg(headroom_fleet.proof_v1(a.database, a.number)) into alive
    from headroom_fleet.alive_v1() a;
    select * into me from headroom_fleet.member m where m.number = asking and m.identity = own;
    if not found or (headroom_fleet.proof_v1(me.lives_in, asking) = any (alive)) is not true then
        return jsonb_build_object('learning', learning, 'refused', 'not_a_member');
    end if;
    if not (look ->> 'in_recovery')::boolean
       or split_part(of_scope, '/', 1) <> (select c.system_identifier::text
                                           from pg_control_system() c) then
        return jsonb_build_object('learning', learning, 'refused', 'no_standby');
    end if;
    collected := headroom_fleet.collect_v1(asking, own, me.lives_in, learning, alive);
    if collected > 0 then
        perform headroom_fleet.forget_v1();
    end if;
    delete from headroom_fleet.standby_share h
    where h.scope = left_scope and h.number = asking and left_scope <> of_scope;
    entered := headroom_fleet.standby_enter_v1(of_scope);
    learning := learning or clock_timestamp() < entered.learning_until;
    answer := jsonb_build_object('learning', learning, 'collected', collected,
                                 'ticket', entered.ticket);
    if entered.ticket is distinct from held then
        return answer || '{"look_again": true}';
    end if;
    offers := headroom_fleet.standby_offers_v1(asking, look, at_least, at_most, claims);
    allows := (offers #>> '{0,allows}')::integer;
    answer := answer || jsonb_build_object('bounds', offers);
    select * into mine from headroom_fleet.standby_share h
    where (h.scope, h.number) = (of_scope, asking);
    if mine.number is null then
        given := least(allows, case when learning then greatest(closed_to, at_least)
                                    else at_most end);
        if given < at_least then
            return answer || jsonb_build_object(
                'refused', 'too_little',
                'holders', headroom_fleet.standby_holders_v1(asking, look, 16));
        end if;
        insert into headroom_fleet.standby_share (scope, number, floor, most, reservation)
        values (of_scope, asking, at_least, at_most, given);
        insert into headroom_fleet.standby_claim (scope, number, role, database, floor, most)
        select of_scope, asking, c.* from headroom_fleet.claims_v1(claims) c
        where c.role is not null and c.database is not null;
    else
        given := least(mine.reservation, greatest(mine.floor, closed_to));
        if not learning then
            given := greatest(given, least(allows, at_most, mine.most));
        end if;
        update headroom_fleet.standby_share h set reservation = given
        where (h.scope, h.number) = (of_scope, asking) and h.reservation <> given;
    end if;
    if given > coalesce(mine.reservation, 0) then
        -- A grant that a crash of the primary lost would leave sessions that nobody knows of.
        perform set_config('synchronous_commit', 'local', true);
    end if;
    return answer || jsonb_build_object('reservation', given);
end
$$;

-- In good order, its sessions there are closed. True when it had a share.
create function headroom_fleet.standby_leave_v1(asking bigint, own uuid, of_scope text)
returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    delete from headroom_fleet.standby_share h
    using headroom_fleet.member m
    where h.scope = of_scope and h.number = asking and m.number = asking and m.identity = own;
    return found;
end
$$;

grant select on all tables in schema headroom_fleet to headroom_app;
grant insert, update, delete on headroom_fleet.standby_scope, headroom_fleet.standby_share,
    headroom_fleet.standby_claim to headroom_app;
revoke execute on all functions in schema headroom_fleet from public;
grant execute on all functions in schema headroom_fleet to headroom_app;
