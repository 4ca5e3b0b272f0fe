//! A digest of many numbers: two runs are the same when the digests of their events are.

/// Folds numbers into 64 bits, a few instructions each: multiply and rotate, as FxHash does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0x6865_6164_726f_6f6d)
    }
}

impl Digest {
    /// Folds a number in.
    #[inline]
    pub fn mix(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// The digest so far.
    pub fn value(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
    }
}
