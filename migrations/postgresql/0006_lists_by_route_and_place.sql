-- Every list of flights is in the order of departure, and is read from an index in that order however many flights a route
-- or a place has. Selling a seat changes no column of these. A local date is found by the departures around it.
DROP INDEX flights_by_route;
CREATE INDEX flights_by_route ON flights (lower(source), lower(destination), departure_ts);
CREATE INDEX flights_by_source ON flights (lower(source), departure_ts);
CREATE INDEX flights_by_destination ON flights (lower(destination), departure_ts);
-- All flights meet the condition. Only a list without a place says it, so that no other one walks through this index.
DROP INDEX flights_by_departure;
CREATE INDEX flights_by_departure ON flights (departure_ts) WHERE total_seats >= 0;
