-- How far the loading of demo flights got (`--demo-data`): none or one row. Without `completed_at` somebody is at it, or was
-- when it ended: then whoever starts next goes on, with the same first day.
CREATE TABLE demo_data (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  first_day    TEXT NOT NULL,  -- YYYY-MM-DD
  completed_at INTEGER         -- Unix milliseconds
) STRICT;
