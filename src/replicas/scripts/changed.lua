-- Something has changed otherwise than by a write: what was kept is old.
-- KEYS: the generations of the APIs that it may be of. ARGV: channel, news or nothing.
for i = 1, #KEYS do
  redis.call('INCR', KEYS[i])
end
if ARGV[2] ~= '' then
  redis.call('PUBLISH', ARGV[1], ARGV[2])
end
