//! The engine's own hash: a 64-bit mix for keys, users and node labels.
//!
//! It is the finaliser of splitmix64 (two xor-shift-multiply rounds), a bijection on 64 bits in which
//! every input bit flips every output bit with a chance of one half. It is neither secret nor secure;
//! it is fast, portable and the same for ever, since shared links depend on it.

/// 2^64 divided by the golden ratio, odd: spreads consecutive numbers.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// Seeds that keep the kinds of hashed things apart.
const KEY_SEED: u64 = 1;
const USER_SEED: u64 = 2;
const ADDRESS_SEED: u64 = 3;

/// Mixes 64 bits: a bijection.
const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The hash of a number; another seed is another hash function.
pub const fn hash_u64(seed: u64, x: u64) -> u64 {
    mix(mix(seed.wrapping_mul(GOLDEN).wrapping_add(GOLDEN)) ^ x)
}

/// The hash of a text: FNV-1a over its bytes, mixed, since FNV alone leaves the high bits of short
/// texts alike.
pub const fn hash_text(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01B3);
        index += 1;
    }
    mix(hash)
}

/// Where a key lies on the circle.
pub const fn key_position(key: u32) -> u64 {
    hash_u64(KEY_SEED, key as u64)
}

/// Where a user lies on the circle.
pub const fn user_position(user: u32) -> u64 {
    hash_u64(USER_SEED, user as u64)
}

/// The IPv4 address that a user sends from: four octets of a hash of the user's number. The last one
/// tells neighbours on one network apart; nginx's ip hash does not look at it.
pub const fn user_address(user: u32) -> [u8; 4] {
    ((hash_u64(ADDRESS_SEED, user as u64) >> 32) as u32).to_be_bytes()
}

/// `hash % n`: the position of a key modulo the number of nodes. `n` must not be 0.
pub const fn bucket(position: u64, n: usize) -> usize {
    (position % n as u64) as usize
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own arithmetic may be the platform's"
)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_same_for_ever() {
        // The finaliser on the golden ratio is the first output of splitmix64 seeded with 0.
        assert_eq!(mix(GOLDEN), 0xE220_A839_7B1D_CDAF);
        assert_eq!(hash_text(""), mix(0xCBF2_9CE4_8422_2325));
        assert_eq!(hash_text("a"), mix(0xAF63_DC4C_8601_EC8C));
        assert_eq!(
            user_address(0),
            ((hash_u64(3, 0) >> 32) as u32).to_be_bytes()
        );
    }

    #[test]
    fn one_bit_of_input_flips_half_of_the_output() {
        for bit in 0..64 {
            let flipped: u32 = (0..1_000)
                .map(|x| (hash_u64(7, x) ^ hash_u64(7, x ^ 1 << bit)).count_ones())
                .sum();
            // 64,000 fair coins: 32,000 with a standard deviation of 126.
            assert!(
                flipped.abs_diff(32_000) < 6 * 126,
                "bit {bit} flips {flipped} of 64,000"
            );
        }
    }

    #[test]
    fn consecutive_keys_fill_buckets_evenly_under_every_seed() {
        for seed in 0..8 {
            let mut counts = [0_u32; 100];
            (0..100_000).for_each(|x| counts[bucket(hash_u64(seed, x), 100)] += 1);
            let chi2: f64 = counts
                .iter()
                .map(|&n| (f64::from(n) - 1_000.0).powi(2) / 1_000.0)
                .sum();
            // 99 degrees of freedom: mean 99, standard deviation 14.
            assert!(
                (chi2 - 99.0).abs() < 5.0 * 14.0,
                "seed {seed}: chi-square {chi2}"
            );
        }
    }

    #[test]
    fn keys_users_and_seeds_hash_apart() {
        assert_ne!(key_position(5), user_position(5));
        assert_ne!(hash_u64(0, 0), 0);
        assert_ne!(hash_text("ab"), hash_text("ba"));
    }
}
