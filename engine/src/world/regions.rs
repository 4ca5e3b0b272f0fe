//! Where users live.

use headroom_scenario::Region;

/// Settles users in regions one after the other, each where most are missing by the shares: however few
/// there are, and however many of them are active, every region has its share of them to within one, and
/// who is there already stays when more come. O(users x regions).
pub fn of_users(regions: &[Region], users: usize) -> Vec<u8> {
    if regions.len() < 2 {
        return Vec::new();
    }
    let all: f64 = regions.iter().map(|region| region.share).sum();
    let mut missing = vec![0.0; regions.len()];
    let mut settle = || {
        let mut most = 0;
        for (number, region) in regions.iter().enumerate() {
            missing[number] += region.share / all;
            if missing[number] > missing[most] {
                most = number;
            }
        }
        missing[most] -= 1.0;
        most as u8
    };
    (0..users).map(|_| settle()).collect()
}
