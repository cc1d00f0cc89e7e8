use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

/// How often a recorder was asked what is used.
#[derive(Debug, Default)]
pub struct AskedForUses {
    listings: AtomicUsize,
    reads: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl AskedForUses {
    /// How often for a page of keys.
    #[must_use]
    pub fn listings(&self) -> usize {
        self.listings.load(Ordering::Relaxed)
    }

    /// How often for what one principal was seen to use.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// How many of these at once, at the most.
    #[must_use]
    pub fn side_by_side(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    pub(crate) fn note_listing(&self) {
        self.listings.fetch_add(1, Ordering::Relaxed);
    }

    /// One read, which ends no sooner than others could begin.
    pub(crate) async fn while_others_ask(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        let mut has_waited = false;
        poll_fn(|context| {
            if std::mem::replace(&mut has_waited, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.now.fetch_sub(1, Ordering::Relaxed);
    }
}
