//! Room for what grows with the requests in flight. Growth by doubling, as the library has it, would hold
//! up to twice the memory that is needed; an eighth more at a time copies each element nine times at
//! most, and only while a run meets more requests at once than ever before.

use std::collections::VecDeque;

/// Least room that is made at once.
const STEP_MIN: usize = 64;

/// Makes room for `count` more elements if there is none.
#[inline]
pub fn make_room<T>(list: &mut Vec<T>, count: usize) {
    if list.capacity() - list.len() < count {
        list.reserve_exact(step(list.len()).max(count));
    }
}

/// Makes room for one more element in a queue if there is none.
#[inline]
pub fn make_room_in_queue<T>(queue: &mut VecDeque<T>) {
    if queue.len() == queue.capacity() {
        queue.reserve_exact(step(queue.len()));
    }
}

fn step(len: usize) -> usize {
    (len / 8).max(STEP_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_more_is_held_than_needed() {
        let (mut list, mut queue) = (Vec::new(), VecDeque::new());
        for number in 0..100_000 {
            make_room(&mut list, 1);
            make_room_in_queue(&mut queue);
            list.push(number);
            queue.push_back(number);
            let most = list.len() + (list.len() / 8).max(STEP_MIN);
            assert!(list.capacity() <= most, "{} for {number}", list.capacity());
            assert!(
                queue.capacity() <= most,
                "{} for {number}",
                queue.capacity()
            );
        }
    }
}
