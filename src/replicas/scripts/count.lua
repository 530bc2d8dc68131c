-- Counts requests by GCRA: how long until as many may come, in microseconds; 0 where they may now.
-- KEYS: the caller. ARGV: microseconds for one request, requests at once, requests now.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + interval * tonumber(ARGV[3])
local wait = due - interval * tonumber(ARGV[2]) - now
if wait > 0 then
  return math.ceil(wait)
end
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 1)
return 0
