-- How things stand: the era, and of each API its generation and whether a write to it is under way.
-- KEYS: era, then for each API its generation and its writes under way.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer = {}
for i = 2, #KEYS, 2 do
  answer[#answer + 1] = tonumber(redis.call('GET', KEYS[i]) or '0')
  answer[#answer + 1] = redis.call('ZCOUNT', KEYS[i + 1], string.format('%.0f', now), '+inf')
end
return { redis.call('HGET', KEYS[1], 'name') or '', answer }
