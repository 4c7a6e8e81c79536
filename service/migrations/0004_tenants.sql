-- The tenants, as a read model of their events. Not under row-level security: it answers which
-- tenants there are.
create table tenants (
    id                uuid        primary key,
    slug              text        not null unique check (length(slug) between 2 and 63),
    name              text        not null check (length(name) between 1 and 255),
    status            text        not null,
    metadata          jsonb       not null default '{}',
    created_at        timestamptz not null,
    activated_at      timestamptz,
    suspended_at      timestamptz,
    decommissioned_at timestamptz
);
create index tenants_status_idx on tenants (status, created_at desc);

grant select on tenants to headroom_app;
grant select, insert, update, delete on tenants to headroom_projector;
