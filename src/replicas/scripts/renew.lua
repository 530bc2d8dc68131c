-- A holder's sign of life: what is held lives at least this much longer.
-- KEYS: the idempotency key's record or nothing, locks. ARGV: token, lifetime in milliseconds.
local lifetime = tonumber(ARGV[2])
for i = 2, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] and redis.call('PTTL', KEYS[i]) < lifetime then
    redis.call('PEXPIRE', KEYS[i], lifetime)
  end
end
if KEYS[1] ~= '' then
  local record = redis.call('HMGET', KEYS[1], 'token', 'state')
  if record[1] == ARGV[1] and record[2] == 'claimed' then
    redis.call('PEXPIRE', KEYS[1], lifetime)
  elseif record[1] == ARGV[1] and record[2] == 'sent' then
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local alive = tonumber(redis.call('HGET', KEYS[1], 'alive'))
    redis.call('HSET', KEYS[1], 'alive', string.format('%.0f', math.max(alive, now + lifetime)))
  end
end
