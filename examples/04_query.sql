-- What a migration would make for 04_query.cpp: a table of which a tenant sees and writes its own
-- rows, and nobody without a tenant sees any. The role `shop` signs in and does not own it.
CREATE TABLE notes (tenant_id text NOT NULL, body text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON notes
    USING (tenant_id = nullif(current_setting('app.current_tenant', true), ''));
GRANT SELECT, INSERT ON notes TO shop;
