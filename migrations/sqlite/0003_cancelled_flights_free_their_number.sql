-- A flight number and departure are unique among scheduled flights: a cancelled one gives them up. SQLite drops no
-- constraint of a table, so the table is made anew.
CREATE TABLE new_flights (
  id              BLOB PRIMARY KEY CHECK (length(id) = 16),
  flight_number   TEXT,
  source          TEXT NOT NULL,
  destination     TEXT NOT NULL,
  departure_ts    INTEGER NOT NULL,
  arrival_ts      INTEGER,
  departure_date  TEXT NOT NULL,  -- local date of departure, YYYY-MM-DD
  total_seats     INTEGER NOT NULL,
  available_seats INTEGER NOT NULL,
  price           INTEGER NOT NULL CHECK (price >= 0),
  status          TEXT NOT NULL CHECK (status IN ('SCHEDULED', 'CANCELLED')),
  version         INTEGER NOT NULL DEFAULT 1,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  CHECK (0 <= available_seats AND available_seats <= total_seats)
) STRICT, WITHOUT ROWID;
INSERT INTO new_flights SELECT id, flight_number, source, destination, departure_ts, arrival_ts, departure_date, total_seats,
  available_seats, price, status, version, created_at, updated_at FROM flights;
DROP TABLE flights;
ALTER TABLE new_flights RENAME TO flights;

CREATE INDEX flights_by_route ON flights (lower(source), lower(destination), departure_date);
CREATE INDEX flights_by_departure ON flights (departure_ts, id);
CREATE INDEX flights_by_change ON flights (updated_at, id);
CREATE INDEX flights_closed_with_bookings ON flights (id)
  WHERE status = 'CANCELLED' AND available_seats < total_seats;
CREATE UNIQUE INDEX flights_by_number ON flights (flight_number, departure_ts) WHERE status = 'SCHEDULED';
-- Asked by an import, to tell of a flight that it adds beside one that was cancelled.
CREATE INDEX flights_cancelled_by_number ON flights (flight_number, departure_ts) WHERE status = 'CANCELLED';
