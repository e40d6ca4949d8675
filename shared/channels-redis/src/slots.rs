//! Hash slots of a Redis Cluster.

/// The number of slots of a Cluster.
const SLOTS: usize = 16_384;

/// Returns the slot of a key that is `tag` or contains `{tag}`: CRC-16/XMODEM modulo 16,384 (Redis Cluster specification).
pub(crate) fn slot_of(tag: &str) -> u16 {
    let crc = tag.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    });
    crc % SLOTS as u16
}

/// Returns a short tag whose slot is in the given of `partitions` equal parts, so that partitions are spread over masters like slots.
pub(crate) fn tag_of(partition: usize, partitions: usize) -> String {
    let part = |slot: u16| usize::from(slot) * partitions / SLOTS;
    let tags = (0_u32..).map(|n| format!("{n}"));
    tags.into_iter().find(|tag| part(slot_of(tag)) == partition).expect("every part contains the slot of some tag")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_agree_with_redis() {
        // The answers of a real server to CLUSTER KEYSLOT.
        for (tag, slot) in [("123456789", 12_739), ("foo", 12_182), ("", 0), ("user1000", 3_443)] {
            assert_eq!(slot_of(tag), slot, "{tag}");
        }
    }

    #[test]
    fn partitions_cover_their_part_of_the_slots() {
        for partitions in 1..=16 {
            for partition in 0..partitions {
                let slot = usize::from(slot_of(&tag_of(partition, partitions)));
                assert!(
                    (partition * SLOTS / partitions..=(partition + 1) * SLOTS / partitions).contains(&slot),
                    "{partition} of {partitions}: {slot}"
                );
            }
        }
    }
}
