-- A flight number and departure are unique among scheduled flights: a cancelled one gives them up. Selling a seat
-- changes no column of these indexes and of their conditions. The conditions are written so that only who looks for a
-- number says them: with status = 'SCHEDULED' the planner would read all of this index for a search by departure.
ALTER TABLE flights DROP CONSTRAINT flights_flight_number_departure_ts_key;
CREATE UNIQUE INDEX flights_by_number ON flights (flight_number, departure_ts) WHERE lower(status) = 'scheduled';
-- Asked by an import, to tell of a flight that it adds beside one that was cancelled.
CREATE INDEX flights_cancelled_by_number ON flights (flight_number, departure_ts) WHERE lower(status) = 'cancelled';
