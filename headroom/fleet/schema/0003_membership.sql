-- Protocol 1 of the fleet ledger, the writing half. Every caller sends one batch: perhaps
-- rehearse_v1, then a statement that takes the transaction lock (admission, 0), then, in a
-- statement of its own, one of these. It sees what was committed before the lock came free, because
-- READ COMMITTED gives each statement a new snapshot; lock and work in one statement, or under
-- REPEATABLE READ, would not.

-- For a new session, which plans what it has not done yet: it does so here, before it has the lock
-- and others wait for it. Reads and forgets.
create function headroom_fleet.rehearse_v1(asking bigint, own uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set jit = off
    set plan_cache_mode = force_generic_plan
as $$
declare
    look headroom_fleet.look;
begin
    if exists (select from headroom_fleet.reading r
               where r.read_at > clock_timestamp() - interval '10 milliseconds'
                 and r.usable - r.joining - r.externals - r.strangers - r.orphans
                     > r.reserved) then
        return;  -- it will be quick
    end if;
    look := headroom_fleet.look_v1(asking, own);
    perform headroom_fleet.offers_v1(asking, look, 1, 1, '{}', '{}', '{}', '{}');
end
$$;

-- Which life of the server is this? After a restart or a failover all locks are gone, and the last
-- rows may be: for a while rows without a lock count as members.
create function headroom_fleet.learn_v1(known headroom_fleet.header) returns boolean
language plpgsql volatile
as $$
declare
    now_on constant text := left(pg_walfile_name(pg_current_wal_insert_lsn()), 8);
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the fleet ledger is used under READ COMMITTED';
    end if;
    if (known.timeline, known.server_started) <> (now_on, pg_postmaster_start_time()) then
        update headroom_fleet.header
        set timeline = now_on, server_started = pg_postmaster_start_time(),
            learning_until = clock_timestamp() + learning_seconds * interval '1 second'
        returning learning_until into known.learning_until;
    end if;
    return clock_timestamp() < known.learning_until;
end
$$;

-- Members whose lock is gone leave their share at once; their sessions count as orphans until the
-- server has ended them. One of the asking number in the same database is dead too, because the
-- asker holds that very lock.
create function headroom_fleet.collect_v1(asking bigint, own uuid, in_database oid,
                                          learning boolean, alive bigint[]) returns integer
language plpgsql volatile
as $$
declare
    gone integer;
begin
    delete from headroom_fleet.member m
    where (not learning and m.identity <> own
           and headroom_fleet.proof_v1(m.lives_in, m.number) not in (select unnest(alive)))
       or (m.number = asking and m.lives_in = in_database and m.identity <> own)
       or (m.number <> asking and m.identity = own);
    get diagnostics gone = row_count;
    return gone;
end
$$;

-- Who holds what, for a refusal: the largest members, and the largest groups of other sessions.
create function headroom_fleet.holders_v1(asking bigint, at_most integer) returns jsonb
language plpgsql volatile
as $$
begin
    return (
    with holder as (
        select format('%s/%s/%s', m.system, m.duty, lpad(to_hex(m.number), 8, '0')) as name,
               m.reservation as units
        from headroom_fleet.member m where m.number <> asking
        union all
        select coalesce(nullif(s.application, ''), 'unnamed') || ' as '
                   || pg_get_userbyid(s.role),
               count(*)::integer
        from headroom_fleet.sessions_v1() s
        where s.number is distinct from asking
          and not exists (select from headroom_fleet.member m where m.number = s.number)
        group by s.application, s.role)
    select coalesce(jsonb_agg(jsonb_build_object('name', h.name, 'units', h.units)
                              order by h.units desc, h.name), '[]')
    from (select * from holder order by units desc, name limit at_most) h);
end
$$;

-- Nobody else may grow into what the asker needs until it has asked again, at most two seconds
-- later (the pauses of a joiner), if the members could give it at all.
create function headroom_fleet.await_v1(asking bigint, at_least integer, short integer)
returns void
language plpgsql volatile
as $$
begin
    delete from headroom_fleet.joiner j
    where j.number = asking or j.asks_until < clock_timestamp();
    if short <= (select sum(m.reservation - m.floor) from headroom_fleet.member m
                 where m.number <> asking) then
        insert into headroom_fleet.joiner (number, floor, asks_until)
        values (asking, at_least, clock_timestamp() + interval '4 seconds');
    end if;
end
$$;

-- Asks members that hold more than their floors to give `short` units back, the largest surplus
-- first, and tells them. Nothing is asked when all of them together could not.
create function headroom_fleet.call_v1(asking bigint, in_bound text, of_id oid, short integer)
returns integer
language plpgsql volatile
as $$
declare
    missing integer := short;
    donor record;
begin
    for donor in
        select m.number, coalesce(m.target, m.reservation) - m.floor as surplus, m.floor,
               sum(m.reservation - m.floor) over () as all_surplus,
               sum(m.reservation - coalesce(m.target, m.reservation)) over () as coming
        from headroom_fleet.member m
        where m.number <> asking
          and (in_bound = 'server'
               or exists (select from headroom_fleet.claim c where c.number = m.number
                          and of_id = case in_bound when 'role' then c.role else c.database end))
        order by surplus desc, m.number
    loop
        exit when donor.all_surplus < short or missing <= donor.coming or donor.surplus <= 0;
        update headroom_fleet.member m
        set target = donor.floor + greatest(0, donor.surplus - (missing - donor.coming)),
            target_until = clock_timestamp() + interval '60 seconds', target_firm = true
        where m.number = donor.number;
        missing := missing - least(donor.surplus, missing - donor.coming);
        perform pg_notify('headroom_fleet', donor.number::text);
    end loop;
    return short - missing;
end
$$;

-- Claims as a member tells them, with the server's own numbers; null for what it does not have.
create function headroom_fleet.claims_v1(claims jsonb)
returns table (role oid, database oid, floor integer, most integer)
language sql stable
as $$
    select (select r.oid from pg_roles r where r.rolname = c.role),
           (select d.oid from pg_database d where d.datname = c.database), c.floor, c.most
    from jsonb_to_recordset(claims) as c (role text, database text, floor integer, most integer)
$$;

-- The row of a member, and those of its claims, as it was admitted.
create function headroom_fleet.enter_v1(
    asking bigint, own uuid, of_system text, of_duty text, at_least integer, at_most integer,
    given integer, in_database oid, claims jsonb) returns void
language plpgsql volatile
as $$
declare
    claimed boolean;
begin
    insert into headroom_fleet.member as m
        (number, identity, system, duty, version, lives_in, floor, most, reservation, told_claims)
    values (asking, own, of_system, of_duty, 1, in_database, at_least, at_most, given, claims)
    on conflict (number) do update
    set (lives_in, floor, most, reservation, target, demand, told_claims)
        = (in_database, at_least, at_most, given, null, 0, claims);
    select count(*) = jsonb_array_length(claims)
           and bool_and((c.role, c.database, c.floor, c.most)
                        in (select * from headroom_fleet.claims_v1(claims)))
    into claimed
    from headroom_fleet.claim c where c.number = asking;
    if claimed is not true then
        delete from headroom_fleet.claim c where c.number = asking;
        insert into headroom_fleet.claim (number, role, database, floor, most)
        select asking, c.* from headroom_fleet.claims_v1(claims) c;
    end if;
end
$$;

-- What the last decision read of locks and sessions serves those of the next moment, but only to
-- grant all that is asked, which is less than was free. Whoever gets less looks for itself; so does
-- everybody while a unit is waited for or asked back, or a role or database has a limit.
create function headroom_fleet.remember_v1(since timestamptz, offers jsonb, own_part integer,
                                           plain boolean) returns void
language plpgsql volatile
as $$
declare
    o constant jsonb := offers -> 0;
begin
    if not plain or jsonb_array_length(offers) > 1
       or exists (select from pg_roles r where r.rolconnlimit >= 0 and not r.rolsuper)
       or exists (select from pg_database d where d.datconnlimit >= 0) then
        perform headroom_fleet.forget_v1();
        return;
    end if;
    update headroom_fleet.reading
    set read_at = since, usable = (o ->> 'usable')::integer, joining = (o ->> 'joining')::integer,
        externals = (o ->> 'externals')::integer, strangers = (o ->> 'strangers')::integer,
        orphans = (o ->> 'orphans')::integer, reserved = (o ->> 'reserved')::integer + own_part;
end
$$;

create function headroom_fleet.forget_v1() returns void
language plpgsql volatile
as $$
begin
    update headroom_fleet.reading set read_at = '-infinity' where read_at > '-infinity';
end
$$;

-- Admits from what was read at most 20 ms ago, or says null: that has to be looked at. Rows count
-- whether their process lives or not, and so may the asker's first sessions beside its part. Its
-- own proof of life is tried, which takes a fiftieth of the time of reading them all; only in this
-- database can it be.
create function headroom_fleet.quick_v1(
    asking bigint, own uuid, of_system text, of_duty text, at_least integer, at_most integer,
    lives_in_name text, claims jsonb) returns jsonb
language plpgsql volatile
as $$
declare
    seen headroom_fleet.reading;
    mine headroom_fleet.member;
    more integer;
begin
    select r.* into seen from headroom_fleet.reading r cross join headroom_fleet.header h
    where r.read_at between clock_timestamp() - interval '20 milliseconds' and clock_timestamp()
      and h.learning_until < r.read_at and h.server_started = pg_postmaster_start_time()
      and h.timeline = left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
      and current_setting('transaction_isolation') = 'read committed';
    if not found or lives_in_name <> current_database() then
        return null;
    end if;
    select m.* into mine from headroom_fleet.member m where m.number = asking;
    more := at_most - coalesce(mine.reservation, 0);
    if (mine.number is null and exists (select from headroom_fleet.member m
                                        where m.identity = own))
       or mine.identity <> own or mine.told_claims <> claims or mine.target is not null
       or seen.usable - seen.joining - seen.externals - seen.strangers - seen.orphans
          - seen.reserved < more then
        return null;
    end if;
    if pg_try_advisory_lock(1213333506, asking::bit(32)::integer) then
        perform pg_advisory_unlock(1213333506, asking::bit(32)::integer);
        return null;
    end if;
    if mine.number is null then
        perform headroom_fleet.enter_v1(
            asking, own, of_system, of_duty, at_least, at_most, at_most,
            (select d.oid from pg_database d where d.datname = lives_in_name), claims);
    else
        update headroom_fleet.member m
        set floor = at_least, most = at_most, reservation = at_most, demand = 0
        where m.number = asking;
    end if;
    update headroom_fleet.reading r set reserved = r.reserved + more;
    return jsonb_build_object(
        'learning', false, 'collected', 0, 'reservation', at_most,
        'bounds', jsonb_build_array(headroom_fleet.offer_v1(
            'server', 0, 'server', seen.usable, seen.joining, seen.externals, seen.strangers,
            seen.orphans, seen.reserved - coalesce(mine.reservation, 0), at_least, at_most,
            at_least, at_most)));
end
$$;

-- Joins, or comes back after control was lost: `had` is the reservation it had then, 0 for a
-- newcomer. Grants what is free, at most `at_most`; less than `at_least` is a refusal with every
-- figure. The asker holds its proof of life already.
create function headroom_fleet.admit_v1(
    asking bigint, own uuid, of_system text, of_duty text, at_least integer, at_most integer,
    had integer, lives_in_name text, claims jsonb, policy text) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp set jit = off
    set plan_cache_mode = force_generic_plan
as $$
declare
    since constant timestamptz := clock_timestamp();
    look headroom_fleet.look;
    claim record;
    learning boolean;
    collected integer := 0;
    answer jsonb := headroom_fleet.quick_v1(asking, own, of_system, of_duty, at_least, at_most,
                                            lives_in_name, claims);
    offers jsonb;
    given integer;
    let_pass integer;
begin
    if answer is not null then
        return answer;
    end if;
    look := headroom_fleet.look_v1(asking, own);
    learning := headroom_fleet.learn_v1(look.header);
    select array_agg(c.role) as roles, array_agg(c.database) as databases,
           array_agg(c.floor) as floors, array_agg(c.most) as mosts,
           (select d.oid from pg_database d where d.datname = lives_in_name) as lives_in
    into claim
    from headroom_fleet.claims_v1(claims) c;
    if look.stale then
        collected := headroom_fleet.collect_v1(asking, own, claim.lives_in, learning, look.alive);
        look := headroom_fleet.look_v1(asking, own);
    end if;
    answer := jsonb_build_object('learning', learning, 'collected', collected);
    if (headroom_fleet.proof_v1(claim.lives_in, asking) = any (look.alive)) is not true then
        return answer || '{"refused": "no_proof_of_life"}';
    end if;
    if look.stale and exists (select from headroom_fleet.member m
                              where m.number = asking and m.identity <> own) then
        return answer || '{"refused": "number_taken"}';
    end if;
    offers := headroom_fleet.offers_v1(asking, look, at_least, at_most, claim.roles,
                                       claim.databases, claim.floors, claim.mosts);
    answer := answer || jsonb_build_object('bounds', offers);
    given := least((offers #>> '{0,allows}')::integer,
                   case when learning then greatest(had, at_least) else at_most end);
    if given < at_least then
        update headroom_fleet.override o
        set uses = o.uses + 1, used_at = clock_timestamp(),
            used_by = format('%s/%s/%s', of_system, of_duty, lpad(to_hex(asking), 8, '0'))
        where o.id = (select v.id from headroom_fleet.override v
                      where v.expires_at > clock_timestamp()
                        and (v.system is null or v.system = of_system)
                      order by v.system nulls last, v.id limit 1)
        returning o.id into let_pass;
        if let_pass is null and policy <> 'warn' then
            perform headroom_fleet.forget_v1();
            perform headroom_fleet.await_v1(asking, at_least, at_least - given);
            return answer || jsonb_build_object(
                'refused', 'too_little', 'called', headroom_fleet.call_v1(
                    asking, offers #>> '{0,bound}', (offers #>> '{0,id}')::oid, at_least - given),
                'holders', headroom_fleet.holders_v1(asking, 16));
        end if;
        answer := answer || jsonb_build_object('beyond', at_least - given, 'override', let_pass);
        given := at_least;
    elsif not learning then
        if look.wait then
            given := least(given, (select min(s.allows - s.owed)
                                   from headroom_fleet.standing_v1(asking, offers) s));
        end if;
        given := greatest(at_least,
                          least(given, (offers #>> '{0,allows}')::integer - look.promised));
    end if;
    if had = 0 then
        delete from headroom_fleet.joiner j where j.number = asking;
    end if;
    perform headroom_fleet.enter_v1(asking, own, of_system, of_duty, at_least, at_most, given,
                                    claim.lives_in, claims);
    if look.gave then
        -- Whoever gave back what it was asked for may borrow again.
        update headroom_fleet.member m set target = null where m.target >= m.reservation;
    end if;
    perform headroom_fleet.remember_v1(
        since, offers, given,
        not (learning or look.wait) and look.promised = 0 and not answer ? 'beyond');
    return answer || jsonb_build_object('reservation', given);
end
$$;

-- A member's visit. It has closed down to `closed_to`, would like `at_most`, and could use `wants`
-- now. What it is asked to give back stands in `target`; it grows only from what is free and owed
-- to nobody else, and not while it is asked to give. One below its fair part calls for it.
create function headroom_fleet.adjust_v1(asking bigint, own uuid, closed_to integer,
                                         at_most integer, wants integer) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp set jit = off
    set plan_cache_mode = force_generic_plan
as $$
declare
    since constant timestamptz := clock_timestamp();
    look headroom_fleet.look := headroom_fleet.look_v1(asking, own);
    learning constant boolean := headroom_fleet.learn_v1(look.header);
    mine headroom_fleet.member;
    written headroom_fleet.member;
    claim record;
    offers jsonb;
    binding record;
    leaves integer;
    unmet boolean := false;
    called integer := 0;
begin
    update headroom_fleet.member m
    set reservation = least(m.reservation, greatest(m.floor, closed_to)),
        target = case when m.target_until > clock_timestamp() then m.target end,
        demand = least(wants, m.most), demand_at = clock_timestamp()
    where m.number = asking and m.identity = own returning m.* into mine;
    if not found or headroom_fleet.proof_v1(mine.lives_in, asking) <> all (look.alive) then
        return jsonb_build_object('learning', learning, 'refused', 'not_a_member');
    end if;
    written := mine;
    if look.stale then
        perform headroom_fleet.collect_v1(asking, own, mine.lives_in, learning, look.alive);
        look := headroom_fleet.look_v1(asking, own);
    end if;
    select array_agg(c.role) as roles, array_agg(c.database) as databases,
           array_agg(c.floor) as floors, array_agg(c.most) as mosts
    into claim
    from headroom_fleet.claim c where c.number = asking;
    offers := headroom_fleet.offers_v1(asking, look, mine.floor, mine.most, claim.roles,
                                       claim.databases, claim.floors, claim.mosts);
    -- The inequality that leaves it least, and whether anybody waits for units under any of them.
    -- As long as nobody wants what another has there is no need to know whose part is how large.
    if mine.target is null and mine.demand <= mine.reservation and not look.wait then
        leaves := (offers #>> '{0,allows}')::integer;
    else
        select s.*, max(s.owed) over () as waited_for, min(s.fair) over () as part into binding
        from headroom_fleet.standing_v1(asking, offers) s order by s.allows - s.owed, s.bound desc
        limit 1;
        leaves := binding.allows - binding.owed;
    end if;
    leaves := leaves - look.promised;
    -- Its demand may have changed since it was called, and theirs who called.
    if mine.target is not null and not mine.target_firm then
        mine.target := greatest(binding.part,
                                least(mine.target, greatest(mine.floor, mine.demand)));
        if binding.waited_for = 0 or mine.target >= mine.reservation then
            mine.target := null;
        end if;
    end if;
    if mine.target is null and not learning then
        mine.reservation := greatest(mine.reservation,
                                     least(leaves, at_most, mine.most));
    end if;
    if mine is distinct from written then
        update headroom_fleet.member m set (reservation, target) = (mine.reservation, mine.target)
        where m.number = asking;
    end if;
    if mine.target is null and mine.demand > mine.reservation and not learning then
        unmet := binding.part > mine.reservation;
        if unmet then
            called := headroom_fleet.lend_v1(asking, binding.bound, binding.id, binding.total,
                                             binding.part - mine.reservation);
        end if;
    end if;
    perform headroom_fleet.remember_v1(
        since, offers, mine.reservation,
        not (learning or look.wait) and look.promised = 0 and mine.target is null
        and mine.demand <= mine.reservation);
    return jsonb_build_object('learning', learning, 'reservation', mine.reservation,
                              'target', mine.target, 'bounds', offers, 'unmet', unmet,
                              'called', called);
end
$$;

-- In good order: its share is free at once. True when it was a member.
create function headroom_fleet.leave_v1(asking bigint, own uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    delete from headroom_fleet.member m where m.number = asking and m.identity = own;
    if not found then
        return false;
    end if;
    perform headroom_fleet.forget_v1();  -- it may have left sessions behind
    return true;
end
$$;

revoke execute on all functions in schema headroom_fleet from public;
grant execute on all functions in schema headroom_fleet to headroom_app;
