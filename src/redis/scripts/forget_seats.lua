-- Removes a flight that is off sale from the gate. KEYS: counter, holds, flight.
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HDEL', KEYS[3], 'seats_version', 'seats_available')
return 'forgotten'
