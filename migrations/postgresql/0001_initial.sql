-- Text is compared byte by byte (COLLATE "C"): lower() then touches ASCII letters only, as the program's own place keys do.
-- Free room in the pages (fillfactor) lets a changed row stay in its page, so that its indexes need no new entry (HOT).

CREATE TABLE flights (
  id              UUID PRIMARY KEY,
  flight_number   TEXT COLLATE "C",
  source          TEXT COLLATE "C" NOT NULL,
  destination     TEXT COLLATE "C" NOT NULL,
  departure_ts    TIMESTAMPTZ NOT NULL,
  arrival_ts      TIMESTAMPTZ,
  departure_date  DATE NOT NULL,  -- local date of departure
  total_seats     INTEGER NOT NULL,
  available_seats INTEGER NOT NULL,
  price           NUMERIC(10,2) NOT NULL CHECK (price >= 0),
  status          TEXT COLLATE "C" NOT NULL CHECK (status IN ('SCHEDULED', 'CANCELLED')),
  version         BIGINT NOT NULL DEFAULT 1,
  created_at      TIMESTAMPTZ NOT NULL,
  updated_at      TIMESTAMPTZ NOT NULL,
  CHECK (0 <= available_seats AND available_seats <= total_seats),
  UNIQUE (flight_number, departure_ts)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX flights_by_route ON flights (lower(source), lower(destination), departure_date);
CREATE INDEX flights_by_departure ON flights (departure_ts, id);
CREATE INDEX flights_by_change ON flights (updated_at, id);
CREATE INDEX flights_closed_with_bookings ON flights (id)
  WHERE status = 'CANCELLED' AND available_seats < total_seats;

CREATE TABLE bookings (
  id             UUID PRIMARY KEY,
  user_id        UUID NOT NULL,
  flight_id      UUID NOT NULL REFERENCES flights (id),
  seats          INTEGER NOT NULL CHECK (seats > 0),
  amount         NUMERIC(10,2) NOT NULL CHECK (amount >= 0),
  status         TEXT COLLATE "C" NOT NULL CHECK (status IN ('PENDING', 'CONFIRMED', 'FAILED', 'CANCELLED')),
  failure_reason TEXT COLLATE "C",
  payment_ref    TEXT COLLATE "C",
  refund_ref     TEXT COLLATE "C",
  expires_at     TIMESTAMPTZ NOT NULL,
  created_at     TIMESTAMPTZ NOT NULL,
  updated_at     TIMESTAMPTZ NOT NULL
) WITH (fillfactor = 75);

-- No index holds what changes when a booking is settled: every booking is settled once, and that must stay cheap.
CREATE INDEX bookings_by_user ON bookings (user_id, created_at, id);
CREATE INDEX bookings_by_flight ON bookings (flight_id);

-- One row for every booking with unfinished business: a payment to be asked about, a refund to be made.
-- The id is the booking's: one intent a booking.
CREATE TABLE booking_intents (
  id         UUID PRIMARY KEY,
  booking_id UUID NOT NULL REFERENCES bookings (id),
  expires_at TIMESTAMPTZ NOT NULL,  -- when somebody has to look at it
  created_at TIMESTAMPTZ NOT NULL,
  CHECK (id = booking_id)
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX booking_intents_by_expiry ON booking_intents (expires_at, id);

-- The outbox: one row a commit, with all its events as a JSON array of {id, type, subject, data}.
CREATE TABLE events (
  seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  data       JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  due_at     TIMESTAMPTZ NOT NULL DEFAULT '-infinity'  -- when a relay may take it (again)
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.02);
