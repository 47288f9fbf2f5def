-- A list by date reads the departures of three days, since a local date may begin and end on another day in UTC. With the date
-- in the index, those of another local date are passed over there: with 100,000 flights a day that was 45,000 rows read
-- for the first one of the page.
DROP INDEX flights_by_route;
CREATE INDEX flights_by_route ON flights (lower(source), lower(destination), departure_ts, departure_date);
DROP INDEX flights_by_source;
CREATE INDEX flights_by_source ON flights (lower(source), departure_ts, departure_date);
DROP INDEX flights_by_destination;
CREATE INDEX flights_by_destination ON flights (lower(destination), departure_ts, departure_date);
DROP INDEX flights_by_departure;
CREATE INDEX flights_by_departure ON flights (departure_ts, departure_date) WHERE total_seats >= 0;
-- Closed flights stay closed, so there are ever more of them: they are looked at page by page. As text, which orders ids as
-- well, so that nothing but that look finds an id here.
DROP INDEX flights_closed;
CREATE INDEX flights_closed ON flights ((id::text COLLATE "C")) WHERE status = 'CANCELLED';
