//! Redis scripts of histories. Each one runs atomically: a message is kept and sent, or neither.

use redis::Script;

/// Appends the message `ARGV[12]` to the history of a group. Defines `position`, the text of its position, and `placed`, which writes it
/// into a payload. `stamp` is the time of sending of the previous message.
///
/// A history has two keys: the newest position, and the messages as a sorted set. Each message has 13 digits of the time before it, in
/// milliseconds. The newest position is kept longer than the messages, together with the id of the server's process: a server that was
/// started again, or a replica that was promoted, may lack messages.
///
/// KEYS: the newest position, the messages, the groups with a history. ARGV: 1 the id of the server's process, 2 the epoch of a new history,
/// 3 the time, 4 the largest number of messages, 5 of bytes, 6 of milliseconds, 7 the expiry of the messages in seconds, 8 of the newest
/// position, 9 the group, 10 the largest number of groups, 11 the number of bytes after the position in a payload, 12 the message, 13 the
/// number of bytes of a stored message that do not count.
pub(crate) const APPEND: &str = r"
    local function placed(payload, position)
        local after = #payload - tonumber(ARGV[11])
        return string.sub(payload, 1, after - #position) .. position .. string.sub(payload, after + 1)
    end
    local known, epoch, offset, bytes, stamp = false, ARGV[2], 0, 0, '0'
    local newest = redis.call('GET', KEYS[1])
    if newest then
        local process, its_epoch, its_offset, its_bytes, its_stamp = string.match(newest, '^(%S+) (%x+) (%d+) (%d+) (%S+)$')
        if process == ARGV[1] then
            known, epoch, offset, bytes, stamp = true, its_epoch, tonumber(its_offset), tonumber(its_bytes), its_stamp
        end
    end
    if not known then
        redis.call('DEL', KEYS[2])
        local beyond = redis.call('ZCARD', KEYS[3]) - tonumber(ARGV[10])
        for _ = 0, math.min(beyond, 100) do
            local unused = redis.call('ZPOPMIN', KEYS[3])[1]
            if unused then
                local before = #ARGV[9] + 1
                redis.call('DEL', string.sub(KEYS[1], 1, -before) .. unused, string.sub(KEYS[2], 1, -before) .. unused)
            end
        end
    end
    offset = offset + 1
    if not known or offset % 16 == 0 then
        redis.call('ZADD', KEYS[3], ARGV[3], ARGV[9])
        redis.call('EXPIRE', KEYS[3], ARGV[8])
    end
    local position = epoch .. '-' .. string.format('%016.0f', offset)
    local message = placed(ARGV[12], position)
    redis.call('ZADD', KEYS[2], offset, ARGV[3] .. message)
    local uncounted = tonumber(ARGV[13])
    local size = #ARGV[3] + #message - uncounted
    local oldest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
    bytes = (tonumber(oldest[2]) == offset) and size or bytes + size
    while oldest[1] do
        local held = offset - oldest[2] + 1
        local is_young = (tonumber(string.sub(oldest[1], 1, #ARGV[3])) or 0) > ARGV[3] - ARGV[6]
        if held <= tonumber(ARGV[4]) and bytes <= tonumber(ARGV[5]) and is_young then
            break
        end
        bytes = bytes - #redis.call('ZPOPMIN', KEYS[2])[1] + uncounted
        oldest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
    end
    redis.call('EXPIRE', KEYS[2], ARGV[7])
";

/// Stores the newest position, after the script has set `stamp`.
pub(crate) const STORE: &str = r"
    redis.call('SET', KEYS[1], table.concat({ARGV[1], epoch, string.format('%.0f', offset), string.format('%.0f', bytes), stamp}, ' '),
        'EX', ARGV[8])
";

/// Appends a message and publishes it. Returns its position and the number of subscribers.
///
/// KEYS and ARGV: those of [`APPEND`], then 14 PUBLISH or SPUBLISH, 15 the topic.
pub(super) fn publish() -> Script {
    Script::new(&format!("{APPEND}{STORE} return {{position, redis.call(ARGV[14], ARGV[15], message)}}"))
}

/// Returns the newest position, and the newest messages, up to the one after a position. No position if the history was written to another
/// process of the server. No message if they are not all kept, or the position is of another epoch.
///
/// KEYS: the newest position, the messages. ARGV: the id of the server's process, then epoch and offset of the position, or nothing.
pub(super) fn since() -> Script {
    Script::new(
        r"
        local newest = redis.call('GET', KEYS[1])
        if not newest then
            return {}
        end
        local process, epoch, offset = string.match(newest, '^(%S+) (%x+) (%d+) ')
        if process ~= ARGV[1] then
            return {}
        end
        local position = epoch .. '-' .. string.format('%016.0f', offset)
        local missed = redis.call('ZCARD', KEYS[2])
        if ARGV[2] then
            local asked = ARGV[2] == epoch and offset - ARGV[3] or missed + 1
            if asked > missed or asked < 1 then
                return {position}
            end
            missed = asked
        end
        if missed == 0 then
            return {position}
        end
        return {position, redis.call('ZRANGE', KEYS[2], string.format('%.0f', -missed), -1)}
        ",
    )
}
