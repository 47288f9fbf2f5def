-- Selling a seat changes no index of `flights`, so that it stays in its page (HOT): no index, and no condition of a partial
-- one, names a column that it changes. A period of ten seconds does change, but seldom.
DROP INDEX flights_by_change;
ALTER TABLE flights ADD COLUMN updated_period TIMESTAMPTZ NOT NULL
  GENERATED ALWAYS AS (date_bin('10 seconds', updated_at, TIMESTAMPTZ '2000-01-01 00:00:00+00')) STORED;
CREATE INDEX flights_by_change ON flights (updated_period, id);

DROP INDEX flights_closed_with_bookings;
CREATE INDEX flights_closed ON flights (id) WHERE status = 'CANCELLED';

-- Bookings that were made together are settled together: room for all of a page, and settling touches no index.
ALTER TABLE bookings SET (fillfactor = 45);

-- An intent is written with its booking in one transaction, and bookings are never deleted: looking that up again for
-- each row was a tenth of a booking's cost.
ALTER TABLE booking_intents DROP CONSTRAINT booking_intents_booking_id_fkey;

-- The outbox is written once, read once as text, and deleted: parsing it into JSONB and back was for nobody.
ALTER TABLE events ALTER COLUMN data TYPE JSON USING data::text::json;

-- PostgreSQL's own compression cost as much as all index entries of a booking. A server built without LZ4 stores rows of
-- the outbox as they are.
DO $$
BEGIN
  ALTER TABLE events ALTER COLUMN data SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  ALTER TABLE events ALTER COLUMN data SET STORAGE EXTERNAL;
END
$$;
