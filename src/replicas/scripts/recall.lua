-- A kept answer, as long as no write has made it old or is about to.
-- KEYS: the API's generation, the API's writes under way. ARGV: the answer's key, to which the generation is added.
-- Answers the generation, the writes under way, the answer and how many milliseconds it has left.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local generation = redis.call('GET', KEYS[1]) or '0'
local busy = redis.call('ZCOUNT', KEYS[2], string.format('%.0f', now), '+inf')
local key = ARGV[1] .. ':' .. generation
local kept = busy == 0 and redis.call('GET', key)
if not kept then
  return { tonumber(generation), busy, '', 0 }
end
return { tonumber(generation), busy, kept, redis.call('PTTL', key) }
