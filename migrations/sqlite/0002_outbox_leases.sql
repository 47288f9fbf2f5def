-- When a relay may take an outbox row (again): one that is being published is leased until then.
ALTER TABLE events ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
