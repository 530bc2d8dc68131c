-- Takes all locks or none.
-- KEYS: era, locks. ARGV: token, lifetime in milliseconds.
-- Answers -1: taken; -2: there is no era; 0: somebody else has one; else: how long no lock is given, in milliseconds.
local open = redis.call('HGET', KEYS[1], 'open')
if not open then
  return -2
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now < tonumber(open) then
  return tonumber(open) - now
end
for i = 2, #KEYS do
  local holder = redis.call('GET', KEYS[i])
  if holder and holder ~= ARGV[1] then
    return 0
  end
end
for i = 2, #KEYS do
  redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2])
end
return -1
