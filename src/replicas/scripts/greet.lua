-- What a replica says when it comes: learns which era this is, and begins one where Redis holds none, or has been started
-- anew since: what it has kept on disk may not be all that it held.
-- KEYS: era. ARGV: the era that the replica knew, or nothing; a name for a new one; the longest that a write may be under
-- way; how long the others have to come and say that they knew another era; which run of Redis this is, or nothing where it
-- does not say. In milliseconds.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known, longest, run = ARGV[1], tonumber(ARGV[3]), ARGV[5]
local era = redis.call('HGET', KEYS[1], 'name')
if not era or redis.call('HGET', KEYS[1], 'run') ~= run then
  local wait = (not era and known == '') and tonumber(ARGV[4]) or longest
  redis.call('HSET', KEYS[1], 'name', ARGV[2], 'since', now, 'open', string.format('%.0f', now + wait), 'run', run)
  return ARGV[2]
end
if known ~= '' and known ~= era then
  -- Redis has lost what it held, and whoever came first did not know it.
  local since = tonumber(redis.call('HGET', KEYS[1], 'since'))
  redis.call('HSET', KEYS[1], 'open', string.format('%.0f', since + longest))
end
return era
