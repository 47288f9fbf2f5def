-- A telling goes on: others leave it to its teller. Written once a second at most, for every write of this
-- key makes all search pages to be made anew. KEYS: index. ARGV: the mark of this telling.
local last = redis.call('HGET', KEYS[1], ARGV[1])
if not last then return 'lost' end
local second = redis.call('TIME')[1]
if last ~= second then redis.call('HSET', KEYS[1], ARGV[1], second) end
return 'kept'
