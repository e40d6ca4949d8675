//! The scripts that run in Redis. Each is one step that no other command interrupts. All keys lie in one slot of a Cluster.
//!
//! In a group, `online` maps a key to its payload, and `through` maps it to the processes that hold it, with a space behind each.

use redis::Script;

/// The time to live of each key after its last use, in seconds, so that an abandoned deployment leaves no keys.
pub(super) const TTL: u32 = 86_400;

/// KEYS: leases, reaped, the process's members, its orphans. ARGV: process, until, TTL. Returns 1 if the lease was held.
pub(super) fn renew() -> Script {
    Script::new(
        r"
        local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
        redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
        redis.call('ZREM', KEYS[2], ARGV[1])
        redis.call('DEL', KEYS[4])
        for i = 1, 3 do
            redis.call('EXPIRE', KEYS[i], ARGV[3])
        end
        return held and 1 or 0
        ",
    )
}

/// KEYS: leases, the process's members, online, through. ARGV: process, key, name in the process's members, payload, TTL.
/// Returns 0 for no lease, 1 joined, 2 changed, 3 the same.
pub(super) fn enter() -> Script {
    Script::new(
        r"
        if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
            return 0
        end
        local before = redis.call('HGET', KEYS[3], ARGV[2])
        local through = redis.call('HGET', KEYS[4], ARGV[2]) or ''
        redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
        redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])
        if not string.find(through, ARGV[1], 1, true) then
            redis.call('HSET', KEYS[4], ARGV[2], through .. ARGV[1] .. ' ')
        end
        for i = 2, 4 do
            redis.call('EXPIRE', KEYS[i], ARGV[5])
        end
        return not before and 1 or before ~= ARGV[4] and 2 or 3
        ",
    )
}

/// Removes a member from a process. If the member is offline then and there are KEYS for orphans, it becomes an orphan.
///
/// KEYS: the process's members, online, through; for a reaped process also reaped and its orphans. ARGV: process, key, name in the process's
/// members, TTL. Returns 1 if the member is offline now.
pub(super) fn leave() -> Script {
    Script::new(
        r"
        if KEYS[4] and not redis.call('ZSCORE', KEYS[4], ARGV[1]) then
            return 0
        end
        redis.call('HDEL', KEYS[1], ARGV[3])
        local through = redis.call('HGET', KEYS[3], ARGV[2])
        if not through then
            return 0
        end
        local from, to = string.find(through, ARGV[1] .. ' ', 1, true)
        if not from then
            return 0
        end
        through = string.sub(through, 1, from - 1) .. string.sub(through, to + 1)
        if through ~= '' then
            redis.call('HSET', KEYS[3], ARGV[2], through)
            return 0
        end
        if KEYS[5] then
            redis.call('HSET', KEYS[5], ARGV[3], redis.call('HGET', KEYS[2], ARGV[2]) or 'null')
            redis.call('EXPIRE', KEYS[5], ARGV[4])
        end
        redis.call('HDEL', KEYS[3], ARGV[2])
        redis.call('HDEL', KEYS[2], ARGV[2])
        return 1
        ",
    )
}

/// KEYS: leases, reaped. ARGV: now, reaped until then and not finished, TTL. Returns the processes.
pub(super) fn reap() -> Script {
    Script::new(
        r"
        local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
        local abandoned = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2])
        for _, process in ipairs(abandoned) do
            dead[#dead + 1] = process
        end
        for _, process in ipairs(dead) do
            redis.call('ZREM', KEYS[1], process)
            redis.call('ZADD', KEYS[2], ARGV[1], process)
        end
        if #dead > 0 then
            redis.call('EXPIRE', KEYS[2], ARGV[3])
        end
        return dead
        ",
    )
}

/// KEYS: leases, reaped. ARGV: process, now, TTL.
pub(super) fn release() -> Script {
    Script::new(
        r"
        if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 then
            redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
            redis.call('EXPIRE', KEYS[2], ARGV[3])
        end
        ",
    )
}

/// Forgets a reaped lease without members and orphans. KEYS: reaped, the process's members, its orphans. ARGV: process.
pub(super) fn finish() -> Script {
    Script::new(
        r"
        if redis.call('EXISTS', KEYS[2], KEYS[3]) == 0 then
            redis.call('ZREM', KEYS[1], ARGV[1])
        end
        ",
    )
}
