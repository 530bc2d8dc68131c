//! The memory that an API's answers may take while they are being read, all of them together: each is bounded, and so is
//! how many there are, and the two bounds multiplied are more than any machine has.

use std::sync::atomic::{AtomicUsize, Ordering};

/// So much of each answer is read without asking for room: most are no longer, and the bound on calls is enough for them.
const FREE: usize = 1 << 16;

/// How much of one answer may be read: no more than its own bound, and than all of them leave.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    /// In bytes, decompressed.
    pub(super) limit: usize,
    pub(super) room: &'a Room,
}

/// What is left for answers that are being read.
#[derive(Debug)]
pub(super) struct Room {
    size: usize,
    left: AtomicUsize,
}

impl Room {
    pub(super) fn new(size: usize) -> Self {
        Self { size, left: AtomicUsize::new(size) }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The part of one answer, of which nothing has been read.
    pub(super) fn part(&self) -> Part<'_> {
        Part { room: self, taken: 0 }
    }
}

/// What one answer takes, until it is dropped.
pub(super) struct Part<'a> {
    room: &'a Room,
    taken: usize,
}

impl Part<'_> {
    /// Makes room for so many bytes in all, if there is any.
    pub(super) fn grow(&mut self, whole: usize) -> bool {
        let more = whole.saturating_sub(FREE).saturating_sub(self.taken);
        if more == 0 {
            return true;
        }
        let take = |left: usize| left.checked_sub(more);
        let has_room = self.room.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok();
        self.taken += if has_room { more } else { 0 };
        has_room
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        if self.taken > 0 {
            self.room.left.fetch_add(self.taken, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FREE, Room};

    #[test]
    fn long_answers_share_the_room_and_short_ones_need_none() {
        let room = Room::new(100);
        let (mut one, mut two) = (room.part(), room.part());
        assert!(one.grow(FREE + 50) && one.grow(FREE + 60) && one.grow(FREE + 10));
        assert!(two.grow(FREE + 40) && !two.grow(FREE + 41) && two.grow(FREE + 40));
        assert!(room.part().grow(FREE) && !room.part().grow(FREE + 1));
        drop(one);
        assert!(two.grow(FREE + 100) && !two.grow(FREE + 101));
        drop(two);
        assert!(room.part().grow(FREE + 100));
    }
}
