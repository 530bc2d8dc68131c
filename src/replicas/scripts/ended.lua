-- A write is over: what was read before is old.
-- KEYS: the API's generation, the API's writes under way. ARGV: token, channel, news.
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('INCR', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
