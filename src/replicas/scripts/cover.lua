-- Asked right before a write is sent: is everything still held, and long enough for what is sent now?
-- KEYS: the idempotency key's record or nothing, the API's generation, the API's writes under way, locks.
-- ARGV: token, how long the write may take, lifetime of the record, channel, news; in milliseconds.
-- Answers 1, and 0 where something is not held any more.
local cover = tonumber(ARGV[2])
for i = 4, #KEYS do
  if redis.call('GET', KEYS[i]) ~= ARGV[1] then
    return 0
  end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local over = string.format('%.0f', now + cover)
if KEYS[1] ~= '' then
  if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
    return 0
  end
  -- From here on nobody may take it for a first try again.
  redis.call('HSET', KEYS[1], 'state', 'sent', 'alive', over)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
for i = 4, #KEYS do
  if redis.call('PTTL', KEYS[i]) < cover then
    redis.call('PEXPIRE', KEYS[i], cover)
  end
end
-- What was kept before is old from now on, and nothing is kept until the write is over or can be no more.
redis.call('INCR', KEYS[2])
redis.call('ZADD', KEYS[3], 'GT', over, ARGV[1])
if redis.call('PTTL', KEYS[3]) < cover then
  redis.call('PEXPIRE', KEYS[3], cover)
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
