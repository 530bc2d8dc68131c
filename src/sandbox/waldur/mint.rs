//! Ids that look random and are the same at every start: a counter, scattered.

use uuid::{Builder, Uuid};

/// Hands out ids; the n-th is always the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Mint {
    drawn: u64,
}

impl Mint {
    pub(super) fn draw(&mut self) -> Uuid {
        self.drawn = self.drawn.wrapping_add(1);
        scattered(self.drawn)
    }
}

/// The id of a number.
pub(super) fn scattered(number: u64) -> Uuid {
    let high = splitmix(number.wrapping_mul(2));
    let low = splitmix(number.wrapping_mul(2).wrapping_add(1));
    let bits = (u128::from(high) << 64) | u128::from(low);
    Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// The finaliser of SplitMix64: neighbours come out unrelated.
fn splitmix(number: u64) -> u64 {
    let spread = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (spread ^ (spread >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
