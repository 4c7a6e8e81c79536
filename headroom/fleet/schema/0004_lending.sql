-- Protocol 1 of the fleet ledger, the lending half: whose part of the server is how large, and who
-- gives when somebody needs more than is free. Parts are max-min fair: everybody has its floor,
-- nobody more than it could use, and what is left over is shared alike.

-- The largest level at which everybody's part, its level held between its floor and its cap, fits
-- into `total`: at most the largest cap, and 0 when the floors alone are too much.
create function headroom_fleet.fair_level_v1(total integer, floors integer[], caps integer[])
returns integer
language plpgsql immutable
as $$
declare
    low integer := 0;
    high integer := coalesce((select max(c) from unnest(caps) c), 0);
    middle integer;
begin
    while low < high loop
        middle := (low + high + 1) / 2;
        if (select sum(greatest(p.floor, least(p.cap, middle)))
            from unnest(floors, caps) as p (floor, cap)) <= total then
            low := middle;
        else
            high := middle - 1;
        end if;
    end loop;
    return low;
end
$$;

-- Every member with its fair part of `total` units under one inequality, as the reservation that
-- comes to. `cap`: what it could use, its floor at least. `asks`: as a look's `wait`.
create function headroom_fleet.shares_v1(in_bound text, of_id oid, total integer)
returns table (number bigint, reservation integer, target integer, target_until timestamptz,
               cap integer, fair integer, asks boolean)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    with part as materialized (
        select m.*, c.floor as in_floor, greatest(m.floor, least(m.demand, m.most)) as cap,
               least(c.most, c.floor + greatest(m.floor, least(m.demand, m.most)) - m.floor)
                   as in_cap
        from headroom_fleet.member m
        cross join lateral (
            select m.floor, m.most where in_bound = 'server'
            union all
            select sum(o.floor)::integer, sum(o.most)::integer from headroom_fleet.claim o
            where in_bound <> 'server' and o.number = m.number
              and of_id = case in_bound when 'role' then o.role else o.database end
            having count(*) > 0) as c (floor, most)),
    level as materialized (
        select headroom_fleet.fair_level_v1(total, array_agg(p.in_floor), array_agg(p.in_cap)) as at
        from part p)
    select p.number, p.reservation, p.target, p.target_until, p.cap,
           case when p.in_cap <= l.at then p.cap
                else p.floor + greatest(0, l.at - p.in_floor) end,
           p.demand > p.reservation and p.target is null
               and p.demand_at > clock_timestamp() - interval '2 seconds'
    from part p cross join level l;
end
$$;

-- Where the asking member stands under each inequality of `offers`: its fair part, and what of the
-- free units is `owed` to others, who are below theirs and wait.
create function headroom_fleet.standing_v1(asking bigint, offers jsonb)
returns table (bound text, id oid, total integer, allows integer, fair integer, owed integer)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
    return query
    select o.bound, o.id, o.free + o.reserved, o.allows, s.fair, s.owed
    from jsonb_to_recordset(offers)
         as o (bound text, id oid, free integer, reserved integer, allows integer)
    cross join lateral (
        select min(h.fair) filter (where h.number = asking),
               coalesce(sum(h.fair - h.reservation)
                        filter (where h.number <> asking and h.asks and h.fair > h.reservation),
                        0)::integer
        from headroom_fleet.shares_v1(o.bound, o.id, o.free + o.reserved) h) as s (fair, owed);
end
$$;

-- Calls for `short` units and tells whom it asks: first those that hold more than they could use,
-- the largest such surplus first and all of it, since it lies idle; then those above their fair
-- part, down to it at most. What others have been asked for in the last two seconds is on its way.
create function headroom_fleet.lend_v1(asking bigint, in_bound text, of_id oid, total integer,
                                       short integer) returns integer
language plpgsql volatile
as $$
declare
    missing integer := short - (
        select coalesce(sum(s.reservation - s.target), 0)
        from headroom_fleet.shares_v1(in_bound, of_id, total) s
        where s.number <> asking and s.target < s.reservation
          and s.target_until > clock_timestamp() + interval '58 seconds');
    called integer := 0;
    given integer;
    donor record;
begin
    for donor in
        select s.number, coalesce(s.target, s.reservation) as stands, k.keeps, k.busy
        from headroom_fleet.shares_v1(in_bound, of_id, total) s
        cross join lateral (values (false, s.cap), (true, s.fair)) as k (busy, keeps)
        where s.number <> asking and coalesce(s.target, s.reservation) > k.keeps
        order by k.busy, coalesce(s.target, s.reservation) - k.keeps desc, s.number
    loop
        exit when missing <= 0;
        -- The second time a member comes up its idle surplus has been taken.
        select least(m.target, donor.stands) - donor.keeps into given
        from headroom_fleet.member m where m.number = donor.number;
        continue when given <= 0;
        if donor.busy then
            given := least(given, missing);
        end if;
        update headroom_fleet.member m
        set target = least(m.target, donor.stands) - given,
            target_firm = m.target is not null and m.target_firm,
            target_until = clock_timestamp() + interval '60 seconds'
        where m.number = donor.number;
        perform pg_notify('headroom_fleet', donor.number::text);
        missing := missing - given;
        called := called + given;
    end loop;
    return called;
end
$$;

revoke execute on all functions in schema headroom_fleet from public;
grant execute on all functions in schema headroom_fleet to headroom_app;
