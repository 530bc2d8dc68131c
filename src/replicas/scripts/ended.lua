-- A write is over: what was read before is old.
-- KEYS: the API's generation, the API's writes under way. ARGV: token, channel, news.
-- Answers how many are told.
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('INCR', KEYS[1])
return redis.call('PUBLISH', ARGV[2], ARGV[3])
