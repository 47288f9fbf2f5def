-- Renews a rebuild, so that other processes leave it alone. It writes at most once a second, since every
-- write of this key invalidates all search pages. KEYS: index. ARGV: the mark of this rebuild.
local last = redis.call('HGET', KEYS[1], ARGV[1])
if not last then return 'lost' end
local second = redis.call('TIME')[1]
if last ~= second then redis.call('HSET', KEYS[1], ARGV[1], second) end
return 'kept'
