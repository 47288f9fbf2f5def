-- Ids are 16-byte UUIDs, instants milliseconds since the Unix epoch, money integer minor units (cents).

CREATE TABLE flights (
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
  CHECK (0 <= available_seats AND available_seats <= total_seats),
  UNIQUE (flight_number, departure_ts)
) STRICT, WITHOUT ROWID;

CREATE INDEX flights_by_route ON flights (lower(source), lower(destination), departure_date);
CREATE INDEX flights_by_departure ON flights (departure_ts, id);
CREATE INDEX flights_by_change ON flights (updated_at, id);
CREATE INDEX flights_closed_with_bookings ON flights (id)
  WHERE status = 'CANCELLED' AND available_seats < total_seats;

CREATE TABLE bookings (
  id             BLOB PRIMARY KEY CHECK (length(id) = 16),
  user_id        BLOB NOT NULL CHECK (length(user_id) = 16),
  flight_id      BLOB NOT NULL REFERENCES flights (id),
  seats          INTEGER NOT NULL CHECK (seats > 0),
  amount         INTEGER NOT NULL CHECK (amount >= 0),
  status         TEXT NOT NULL CHECK (status IN ('PENDING', 'CONFIRMED', 'FAILED', 'CANCELLED')),
  failure_reason TEXT,
  payment_ref    TEXT,
  refund_ref     TEXT,
  expires_at     INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX bookings_by_user ON bookings (user_id, created_at, id);
-- Covers the seat counts that admins watch: summing a hot flight must not read its bookings one by one.
CREATE INDEX bookings_by_flight ON bookings (flight_id, status, seats);

-- One row for every booking with unfinished business: a payment to be asked about, a refund to be made.
-- The id is the booking's: one intent a booking.
CREATE TABLE booking_intents (
  id         BLOB PRIMARY KEY CHECK (length(id) = 16),
  booking_id BLOB NOT NULL REFERENCES bookings (id),
  expires_at INTEGER NOT NULL,  -- when somebody has to look at it
  created_at INTEGER NOT NULL,
  CHECK (id = booking_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX booking_intents_by_expiry ON booking_intents (expires_at);

-- The outbox: one row a commit, with all its events as a JSON array of {id, type, subject, data}.
CREATE TABLE events (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  data       TEXT NOT NULL CHECK (json_valid(data)),
  created_at INTEGER NOT NULL
) STRICT;
