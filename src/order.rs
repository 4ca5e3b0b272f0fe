//! The order of lists. The library's sort is compiled anew for every type and way to compare, and
//! weighs some 3 KB each time; the page sorts short lists now and then, and shares one.

use std::cmp::Ordering;

/// Sorts a list; what compares as equal stays in the order it had.
pub fn sort_by<T: Copy>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let before = list.to_vec();
    let order = sorted(before.len(), &|a, b| compare(&before[a], &before[b]));
    for (place, number) in list.iter_mut().zip(order) {
        *place = before[number];
    }
}

/// Sorts a list by what each item is judged by.
pub fn sort_by_key<T: Copy, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

fn sorted(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..len).collect();
    numbers.sort_by(|a, b| compare(*a, *b));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_keep_their_order() {
        let mut list = [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        sort_by_key(&mut list, |(number, _)| *number);
        assert_eq!(list, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
    }
}
