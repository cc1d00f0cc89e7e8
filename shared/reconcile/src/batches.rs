//! How much is read side by side: a function's memory is small, and what is read is larger there than where it lies.

/// The items in their order, as many together as are read side by side: up to so many, of up to so many bytes. What is larger by itself stands alone.
pub(crate) fn batches<T>(items: &[T], most: usize, most_bytes: u64, bytes: impl Fn(&T) -> u64) -> Vec<&[T]> {
    let (mut batches, mut begin, mut held) = (Vec::new(), 0, 0_u64);
    for (at, item) in items.iter().enumerate() {
        let with_it = held.saturating_add(bytes(item));
        let is_full = at.saturating_sub(begin) >= most || with_it > most_bytes;
        if is_full && at > begin {
            batches.extend(items.get(begin..at));
            (begin, held) = (at, bytes(item));
        } else {
            held = with_it;
        }
    }
    batches.extend(items.get(begin..).filter(|rest| !rest.is_empty()));
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sizes: &[u64], expected: &[&[u64]]) {
        assert_eq!(batches(sizes, 3, 10, |bytes| *bytes), expected, "{sizes:?}");
    }

    #[test]
    fn both_bounds_are_kept_and_nothing_is_left_out() {
        check(&[], &[]);
        check(&[1], &[&[1]]);
        check(&[1, 1, 1, 1], &[&[1, 1, 1], &[1]]);
        check(&[5, 5, 1], &[&[5, 5], &[1]]);
        check(&[5, 6, 1], &[&[5], &[6, 1]]);
        check(&[99, 1, 99], &[&[99], &[1], &[99]]);
        check(&[u64::MAX, u64::MAX], &[&[u64::MAX], &[u64::MAX]]);
    }
}
