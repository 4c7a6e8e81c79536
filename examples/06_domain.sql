-- The read model of 06_domain.cpp: written as the projector, read by who serves.
CREATE TABLE stock (article text PRIMARY KEY, on_hand bigint NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON stock TO headroom_projector;
GRANT SELECT ON stock TO headroom_app;
