-- Every flight was sent: marks the index complete, unless it was emptied since the rebuild began. KEYS:
-- index. ARGV: the mark of this rebuild, or '' when none was begun.
if ARGV[1] ~= '' and redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 'lost' end
redis.call('HSET', KEYS[1], 'complete', '1')
return 'complete'
