//! Maps names to hosts like `channels_redis` (4.3.0, `utils.py`): by the lowest 12 bits of the name's CRC-32, in equal parts for the
//! hosts.

const RING: f64 = 4_096.0;

/// Returns the index of the host of `name` among `hosts`.
pub(crate) fn host_of(name: &str, hosts: usize) -> usize {
    if hosts == 1 {
        return 0;
    }
    let place = f64::from(crc32fast::hash(name.as_bytes()) & 0xfff);
    (place / (RING / hosts as f64)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_upstream() {
        // The values of channels_redis.utils._consistent_hash(name, n), version 4.3.0.
        for (name, of_two, of_three, of_seven) in EXPECTED {
            assert_eq!((host_of(name, 1), host_of(name, 2), host_of(name, 3)), (0, *of_two, *of_three), "{name}");
            assert_eq!(host_of(name, 7), *of_seven, "{name}");
        }
    }

    const EXPECTED: &[(&str, usize, usize, usize)] = &[
        ("test-channel-1", 1, 2, 6),
        ("asgi__group__room", 1, 2, 5),
        ("specific.0123456789abcdef0123456789abcdef!", 0, 1, 2),
        ("thumbnails", 1, 2, 6),
        ("chat_lobby", 1, 1, 3),
        ("a", 1, 2, 6),
        ("order.17", 1, 1, 3),
    ];
}
