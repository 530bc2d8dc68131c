-- Frees an idempotency key: one under which nothing was sent, or, where a holder has gone, one that was claimed at most.
-- KEYS: record. ARGV: token, whether it is known that nothing was done (`known`).
local record = redis.call('HMGET', KEYS[1], 'token', 'state')
if record[1] == ARGV[1] and (ARGV[2] == 'known' or record[2] == 'claimed') then
  redis.call('DEL', KEYS[1])
end
