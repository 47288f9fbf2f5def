-- An id is in its primary key's index and in no other. PostgreSQL looks an id up in any index that has it, in second
-- place too, and then reads that one from end to end for each id, with every entry of rows long deleted; where
-- statistics said "empty", as of a queue that is drained, that looked as cheap, and the plan stayed until the next ANALYZE.
DROP INDEX booking_intents_by_expiry;
CREATE INDEX booking_intents_by_expiry ON booking_intents (expires_at);

DROP INDEX bookings_by_user;
CREATE INDEX bookings_by_user ON bookings (user_id, created_at);

DROP INDEX flights_by_departure;
CREATE INDEX flights_by_departure ON flights (departure_ts);

-- Thousands of flights change in one period, so their order within it is kept: as text, which orders ids as well.
DROP INDEX flights_by_change;
CREATE INDEX flights_by_change ON flights (updated_period, (id::text COLLATE "C"));
