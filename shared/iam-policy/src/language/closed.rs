//! The states that were visited.

/// A hash table of numbers that stand for states. The states themselves lie elsewhere.
#[derive(Default)]
pub(super) struct Closed {
    /// A hash and a number, or `None`; a power of two of them, at most half of them taken.
    slots: Vec<Option<(u32, u32)>>,
    taken: usize,
}

impl Closed {
    /// Remembers `id`, unless a state is known with this hash that is the `same`.
    pub(super) fn insert(&mut self, hash: u32, id: u32, same: impl Fn(u32) -> bool) -> bool {
        if self.taken * 2 >= self.slots.len() {
            let larger = vec![None; (self.slots.len() * 2).max(64)];
            for (hash, id) in std::mem::replace(&mut self.slots, larger).into_iter().flatten() {
                self.place(hash, id, |_| false);
            }
        }
        let is_new = self.place(hash, id, same);
        self.taken += usize::from(is_new);
        is_new
    }

    fn place(&mut self, hash: u32, id: u32, same: impl Fn(u32) -> bool) -> bool {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(slot) = self.slots.get_mut(at) {
            match slot {
                Some((known, other)) if *known == hash && same(*other) => return false,
                Some(_) => at = (at + 1) & mask,
                None => {
                    *slot = Some((hash, id));
                    return true;
                }
            }
        }
        false
    }
}
