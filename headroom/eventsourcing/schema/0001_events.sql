-- The event store: events, snapshots, where each projection stands, and what it had to put aside.
--
-- The first five columns of the two stores are in the order of the Python library `eventsourcing`,
-- so that its readers and writers work on the same table. Neither is under row-level security:
-- tenants never query events, and read models made from them are isolated on their own.
create table headroom_events (
    originator_id      uuid        not null,
    originator_version bigint      not null check (originator_version > 0),
    topic              text        not null,
    state              bytea       not null,
    notification_id    bigserial   not null,
    event_id           uuid        not null default gen_random_uuid(),
    metadata           jsonb       not null default '{}',
    tenant_id          text,
    recorded_at        timestamptz not null default clock_timestamp(),
    primary key (originator_id, originator_version)
) with (autovacuum_vacuum_insert_scale_factor = 0.05);

create unique index headroom_events_notification_id_idx on headroom_events (notification_id);
create unique index headroom_events_event_id_idx on headroom_events (event_id);

create table headroom_snapshots (
    originator_id      uuid   not null,
    originator_version bigint not null,
    topic              text   not null,
    state              bytea  not null,
    primary key (originator_id, originator_version)
);

-- One row a projection and version of it. Whoever owns the session lock (leader, lock_id) may write
-- with the row's epoch; a new owner raises the epoch first, so that a predecessor that wakes up
-- later commits nothing.
create table headroom_checkpoints (
    projection    text        not null check (length(projection) between 1 and 63),
    version       integer     not null check (version > 0),
    lock_id       integer     generated always as identity unique,
    position      bigint      not null default 0 check (position >= 0),
    epoch         bigint      not null default 0,
    owner         text,        -- application_name of the owner; null once released in good order
    status        text        not null default 'running' check (status in ('running', 'paused')),
    trying        bigint,      -- the event under suspicion, and how often it was tried
    attempts      integer     not null default 0,
    updated_at    timestamptz not null default clock_timestamp(),
    primary key (projection, version)
) with (fillfactor = 50);

-- Events a projection could not take, and the later ones of the same stream, in their order.
create table headroom_parked (
    projection      text        not null,
    version         integer     not null,
    notification_id bigint      not null,
    originator_id   uuid        not null,
    attempts        integer     not null default 0,
    reason          text        not null,
    first_at        timestamptz not null default clock_timestamp(),
    last_at         timestamptz not null default clock_timestamp(),
    replay          boolean     not null default false,  -- an operator asked for another try
    primary key (projection, version, notification_id)
);
create index headroom_parked_stream_idx on headroom_parked (projection, version, originator_id);

grant select, insert on headroom_events, headroom_snapshots to headroom_app;
grant delete on headroom_snapshots to headroom_app;
grant usage on sequence headroom_events_notification_id_seq to headroom_app;
grant select on headroom_checkpoints, headroom_parked to headroom_app;
grant select on headroom_events to headroom_projector;
grant select, insert, update, delete on headroom_checkpoints, headroom_parked
    to headroom_projector;
