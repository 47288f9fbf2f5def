-- A flight off sale: the gate knows nothing of it any more.
-- KEYS: counter, holds, flight.
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HDEL', KEYS[3], 'seats_version', 'seats_available')
return 'forgotten'
