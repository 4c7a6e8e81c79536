-- What a client has seen of a tenant or a user, so that it can say so with its next command: the
-- version of the last event the row shows. Rows there are get that of the last event their
-- projection has passed.
alter table tenants add column version bigint not null default 0;
alter table user_profile add column version bigint not null default 0;

update tenants set version = coalesce(
    (select max(originator_version) from headroom_events
     where originator_id = tenants.id and notification_id <=
           (select max(position) from headroom_checkpoints where projection = 'tenancy.tenants')),
    0);

-- The owner is subject to row-level security only while it is forced.
alter table user_profile no force row level security;
update user_profile set version = coalesce(
    (select max(originator_version) from headroom_events
     where originator_id = user_profile.user_id and notification_id <=
           (select max(position) from headroom_checkpoints
            where projection = 'identity.user_profiles')),
    0);
alter table user_profile force row level security;

-- Keys are ordered by their bytes, as the program orders the system's defaults among them.
alter table tenant_configuration alter column config_key type text collate "C";
