-- How far the loading of demo flights got (`--demo-data`): none or one row. Without `completed_at` somebody is at it, or was
-- when it ended: then whoever starts next goes on, with the same first day.
CREATE TABLE demo_data (
  one          BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
  first_day    DATE NOT NULL,
  completed_at TIMESTAMPTZ
);
