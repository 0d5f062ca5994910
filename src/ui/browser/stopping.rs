//! Ways to end what is being read: all that waits, or everything there is.

use std::rc::Rc;

use super::pool::{Pool, State};

/// What a file failed of that nobody waited for, and the reason that is told.
pub(super) const CANCELLED: &str = "cancelled";

impl Pool {
    /// Stops whatever is not read yet. What was read stays open.
    pub(super) fn cancel_all(self: &Rc<Self>) {
        let (queue, stopped) = {
            let mut state = self.state.borrow_mut();
            (std::mem::take(&mut state.queue), state.occupied_slots())
        };
        // Their archives are unpacked: these openings end with the plan.
        for slot in stopped {
            self.replace_worker(slot, CANCELLED, CANCELLED);
        }
        let openings = std::mem::take(&mut self.state.borrow_mut().openings);
        let left = openings.into_values().flat_map(|opening| {
            let (left, stories) = opening.stop();
            stories.for_each(&self.tell);
            left
        });
        for file in queue.into_iter().chain(left) {
            self.fail(file, CANCELLED, CANCELLED);
        }
    }

    /// Forgets everything, and gives back the memory it took: a worker's memory never shrinks.
    pub(super) fn start_over(self: &Rc<Self>) {
        let forgotten = {
            let mut state = self.state.borrow_mut();
            let fresh = State::after(&state);
            std::mem::replace(&mut *state, fresh)
        };
        drop(forgotten);
        self.add_worker();
    }
}
