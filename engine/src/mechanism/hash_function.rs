//! The hash functions that place nodes and keys on a ring, known from elsewhere.
//!
//! All but the engine's own hash a name, as real rings do: what they make of names that are alike, which
//! those of nodes are, decides how even the shares come out.

use headroom_scenario::HashFunction;

use crate::mechanism::hash;

/// Seed of the points' positions, so that they are unlike the keys'.
const POINT_SEED: u64 = 0x52_49_4E_47;
/// Bytes of the longest name: a word, and two numbers with a dash before each.
const NAME_BYTES: usize = 4 + 2 * 11;

/// What is placed on a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// Point `number` of a node: `node-3-17`.
    Point {
        /// Number of the node.
        node: u16,
        /// Number of the point, from 0.
        number: u32,
    },
    /// A key that is asked for: `key-5`.
    Key(u32),
    /// A user: `user-5`.
    User(u32),
}

/// Where something lies on the circle.
#[inline]
pub fn position(function: HashFunction, placed: Placed) -> u64 {
    if function != HashFunction::Splitmix64 {
        return position_by_name(function, placed);
    }
    match placed {
        Placed::Point { node, number } => {
            let node_seed = hash::hash_u64(POINT_SEED, u64::from(node));
            hash::hash_u64(node_seed, u64::from(number))
        }
        Placed::Key(key) => hash::key_position(key),
        Placed::User(user) => hash::user_position(user),
    }
}

fn position_by_name(function: HashFunction, placed: Placed) -> u64 {
    let mut name = Name::default();
    match placed {
        Placed::Point { node, number } => {
            name.add("node", u32::from(node));
            name.add("", number);
        }
        Placed::Key(key) => name.add("key", key),
        Placed::User(user) => name.add("user", user),
    }
    let name = name.bytes();
    // Those of 32 bits give the upper half: the circle is the same.
    match function {
        HashFunction::Splitmix64 | HashFunction::Fnv1a => fnv1a(name),
        HashFunction::Murmur3 => u64::from(murmur3(name)) << 32,
        HashFunction::Crc32 => u64::from(crc32(name)) << 32,
    }
}

/// A name on the stack: this is called for every request.
#[derive(Default)]
struct Name {
    bytes: [u8; NAME_BYTES],
    len: usize,
}

impl Name {
    /// Adds a word, a dash and a number.
    fn add(&mut self, word: &str, number: u32) {
        word.bytes().for_each(|byte| self.push(byte));
        self.push(b'-');
        let digits = number.checked_ilog10().unwrap_or(0);
        for place in (0..=digits).rev() {
            self.push(b'0' + (number / 10_u32.pow(place) % 10) as u8);
        }
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// CRC-32 of ISO 3309, bit by bit: names are short.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// MurmurHash3_x86_32 with seed 0 (Appleby).
fn murmur3(bytes: &[u8]) -> u32 {
    let (blocks, rest) = bytes.as_chunks::<4>();
    let scramble = |block: u32| {
        let block = block.wrapping_mul(0xCC9E_2D51).rotate_left(15);
        block.wrapping_mul(0x1B87_3593)
    };
    let mut hash = blocks.iter().fold(0_u32, |hash, &block| {
        let hash = hash ^ scramble(u32::from_le_bytes(block));
        hash.rotate_left(13)
            .wrapping_mul(5)
            .wrapping_add(0xE654_6B64)
    });
    let last = rest
        .iter()
        .rev()
        .fold(0, |last, &byte| last << 8 | u32::from(byte));
    hash ^= scramble(last) ^ bytes.len() as u32;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ hash >> 13).wrapping_mul(0xC2B2_AE35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values_come_out() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(fnv1a(b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_F739_67E8);
        assert_eq!(murmur3(b""), 0);
        assert_eq!(murmur3(b"hello"), 0x248B_FA47);
        assert_eq!(
            murmur3(b"The quick brown fox jumps over the lazy dog"),
            0x2E4F_F723
        );
    }

    #[test]
    fn what_is_placed_has_a_name() {
        let by_fnv = |placed| position(HashFunction::Fnv1a, placed);
        let point = Placed::Point {
            node: 3,
            number: 170,
        };
        assert_eq!(by_fnv(point), fnv1a(b"node-3-170"));
        assert_eq!(by_fnv(Placed::Key(0)), fnv1a(b"key-0"));
        assert_eq!(by_fnv(Placed::User(u32::MAX)), fnv1a(b"user-4294967295"));
        let longest = Placed::Point {
            node: u16::MAX,
            number: u32::MAX,
        };
        assert_eq!(by_fnv(longest), fnv1a(b"node-65535-4294967295"));
    }

    #[test]
    fn the_default_places_as_ever() {
        let placed = [
            Placed::Key(7),
            Placed::User(7),
            Placed::Point { node: 7, number: 7 },
        ];
        let node_seed = hash::hash_u64(POINT_SEED, 7);
        assert_eq!(
            placed.map(|placed| position(HashFunction::default(), placed)),
            [
                hash::key_position(7),
                hash::user_position(7),
                hash::hash_u64(node_seed, 7)
            ]
        );
    }
}
