-- What a replica says when it comes: learns which era this is, and begins one where Redis holds none.
-- KEYS: era. ARGV: the era that the replica knew, or nothing; a name for a new one; the longest that a write may be under
-- way; how long the others have to come and say that they knew another era. In milliseconds.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known, longest = ARGV[1], tonumber(ARGV[3])
local era = redis.call('HGET', KEYS[1], 'name')
if not era then
  local wait = known == '' and tonumber(ARGV[4]) or longest
  redis.call('HSET', KEYS[1], 'name', ARGV[2], 'since', now, 'open', now + wait)
  return ARGV[2]
end
if known ~= '' and known ~= era then
  -- Redis has lost what it held, and whoever came first did not know it.
  local since = tonumber(redis.call('HGET', KEYS[1], 'since'))
  redis.call('HSET', KEYS[1], 'open', string.format('%.0f', since + longest))
end
return era
