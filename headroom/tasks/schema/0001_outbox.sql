-- Tasks that wait to be brought to Redis, inserted in the transaction of the events they follow
-- from: whoever appends inserts, whoever works brings and deletes.
create table headroom_task_outbox (
    task_id    text        primary key check (length(task_id) between 1 and 512),
    queue      text        not null check (length(queue) between 1 and 200),
    message    text        not null,
    created_at timestamptz not null default clock_timestamp()
);
create index headroom_task_outbox_order_idx on headroom_task_outbox (queue, created_at, task_id);

grant select, insert, delete on headroom_task_outbox to headroom_app;
