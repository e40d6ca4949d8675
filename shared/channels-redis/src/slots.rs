//! Hash slots of a Redis Cluster.

/// How many slots a Cluster has.
const SLOTS: usize = 16_384;

/// The slot of a key that is `tag`, or that has `{tag}` in it: CRC-16/XMODEM modulo 16,384 (Redis Cluster specification).
pub(crate) fn slot_of(tag: &str) -> u16 {
    let crc = tag.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    });
    crc % SLOTS as u16
}

/// A short tag whose slot lies in the `lane`th of `lanes` equal parts of all slots, so that lanes are spread over the masters as slots are.
pub(crate) fn tag_of(lane: usize, lanes: usize) -> String {
    let part = |slot: u16| usize::from(slot) * lanes / SLOTS;
    let tags = (0_u32..).map(|n| format!("{n}"));
    tags.into_iter().find(|tag| part(slot_of(tag)) == lane).expect("the tags hit every part of the slots")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_redis() {
        // CLUSTER KEYSLOT of a real server.
        for (tag, slot) in [("123456789", 12_739), ("foo", 12_182), ("", 0), ("user1000", 3_443)] {
            assert_eq!(slot_of(tag), slot, "{tag}");
        }
    }

    #[test]
    fn lanes_lie_in_their_part() {
        for lanes in 1..=16 {
            for lane in 0..lanes {
                let slot = usize::from(slot_of(&tag_of(lane, lanes)));
                assert!((lane * SLOTS / lanes..=(lane + 1) * SLOTS / lanes).contains(&slot), "{lane} of {lanes}: {slot}");
            }
        }
    }
}
