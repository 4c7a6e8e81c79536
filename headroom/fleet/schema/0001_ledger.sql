-- The fleet ledger: what every process of every service on this server may hold, in one place.
--
-- It lives in one database of the server it accounts for. A member proves that it lives by a
-- session advisory lock, not by a date in a row: whoever reads pg_locks, in any database, sees at
-- once that a process has gone. All writes happen under one transaction lock (see 0002).
create schema headroom_fleet;

-- One row: which protocols are spoken here, and which life of the server was seen last.
create table headroom_fleet.header (
    only_row         boolean     primary key default true check (only_row),
    version_min      integer     not null default 1,
    version_max      integer     not null default 1 check (version_max >= version_min),
    timeline         text        not null,
    server_started   timestamptz not null,
    learning_until   timestamptz not null default '-infinity',
    learning_seconds integer     not null default 10 check (learning_seconds between 0 and 600),
    -- Slots nobody is granted: for the first connections of processes that are still joining.
    join_reserve     integer     not null default 2 check (join_reserve between 1 and 1000)
);

insert into headroom_fleet.header (timeline, server_started)
values (left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), pg_postmaster_start_time());

-- One row a process. `number` is the key of its lock and, as eight hexadecimal digits, the third
-- part of its sessions' application_name; `identity` tells two processes of one number apart.
create table headroom_fleet.member (
    number       bigint      primary key check (number between 0 and 4294967295),
    identity     uuid        not null unique,
    system       text        not null check (length(system) between 1 and 12),
    duty         text        not null check (length(duty) between 1 and 9),
    version      integer     not null,
    lives_in     oid         not null,  -- the database whose lock is the proof of life
    floor        integer     not null check (floor >= 1),
    most         integer     not null check (most >= floor),
    reservation  integer     not null check (reservation >= floor),
    target       integer     check (target >= floor),  -- what a donor is asked to shrink to
    target_until timestamptz not null default '-infinity',
    -- A joiner's floor waits for it: it stands whatever the donor itself needs meanwhile.
    target_firm  boolean     not null default false,
    demand       integer     not null default 0,       -- what it could use, as it last said
    demand_at    timestamptz not null default '-infinity',
    told_claims  jsonb       not null default '[]',    -- as it told them: see `claim`
    joined_at    timestamptz not null default clock_timestamp()
) with (fillfactor = 30);  -- read whole at each visit; who waits keeps dead rows from being reused

-- What a member may hold of it as one role in one database. At a reservation r that is at most
-- least(most, floor + r - the member's floor).
create table headroom_fleet.claim (
    number   bigint  not null references headroom_fleet.member on delete cascade,
    role     oid     not null,
    database oid     not null,
    floor    integer not null check (floor >= 0),
    most     integer not null check (most >= floor),
    primary key (number, role, database)
);

-- A process that was refused its floor although the members could give it, and will ask again:
-- until then nobody grows into what it needs, or those who visit more often would take each unit
-- that is given back.
create table headroom_fleet.joiner (
    number     bigint      primary key check (number between 0 and 4294967295),
    floor      integer     not null check (floor >= 1),
    asks_until timestamptz not null
);

-- One row: the terms of the server's inequality as the last decision left them, `reserved` with the
-- part of whoever asked. Of the distant past when the next decision has to look for itself.
create table headroom_fleet.reading (
    only_row  boolean     primary key default true check (only_row),
    read_at   timestamptz not null default '-infinity',
    usable    integer     not null default 0,
    joining   integer     not null default 0,
    externals integer     not null default 0,
    strangers integer     not null default 0,
    orphans   integer     not null default 0,
    reserved  integer     not null default 0
) with (fillfactor = 10);

insert into headroom_fleet.reading default values;

-- Programs that are not ours and known: null matches everything, `application` is a LIKE pattern.
-- A session belongs to the first line it matches; what is declared is kept free for it.
create table headroom_fleet.external (
    id          integer generated always as identity primary key,
    role        text,
    database    text,
    application text,
    declared    integer not null default 0 check (declared >= 0),
    check (coalesce(role, database, application) is not null)
);

-- An operator lets a start pass that does not fit. The row stays, as a trail.
create table headroom_fleet.override (
    id         integer     generated always as identity primary key,
    system     text,       -- of which service; null: of any
    who        text        not null default session_user,
    why        text        not null check (length(why) > 0),
    policy     text        not null default 'warn' check (policy = 'warn'),
    expires_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    uses       integer     not null default 0,
    used_at    timestamptz,
    used_by    text
);

grant usage on schema headroom_fleet to headroom_app;
grant select on all tables in schema headroom_fleet to headroom_app;
grant insert, update, delete on headroom_fleet.member, headroom_fleet.claim, headroom_fleet.joiner
    to headroom_app;
grant update (timeline, server_started, learning_until) on headroom_fleet.header to headroom_app;
grant update on headroom_fleet.reading to headroom_app;
grant update (uses, used_at, used_by) on headroom_fleet.override to headroom_app;
