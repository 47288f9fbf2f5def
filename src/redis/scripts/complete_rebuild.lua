-- The index has been told of every flight: it is complete, unless it was emptied since the telling began.
-- KEYS: index. ARGV: the mark of this telling, or '' when nobody looked before.
if ARGV[1] ~= '' and redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 'lost' end
redis.call('HSET', KEYS[1], 'complete', '1')
return 'complete'
