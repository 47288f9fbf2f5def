-- A list of the flights from a place, or to one, is read from an index in the order of departure.
CREATE INDEX flights_by_source ON flights (lower(source), departure_ts, id);
CREATE INDEX flights_by_destination ON flights (lower(destination), departure_ts, id);
