//! Files that were dropped are taken in portion by portion: for the size of each the browser looks at the disk, and
//! the page is not to stand still for thousands of them.

use std::rc::{Rc, Weak};
use std::vec::IntoIter;

use gloo::timers::callback::Timeout;

use super::DroppedFile;
use super::pool::Pool;

const PORTION: usize = 100;

/// Files that were dropped together.
pub(super) struct Arriving {
    to_come: IntoIter<DroppedFile>,
    here: Vec<u32>,
}

impl Pool {
    /// Takes in files, then plans them together.
    pub(super) fn receive(self: &Rc<Self>, files: Vec<DroppedFile>) {
        let number = {
            let mut state = self.state.borrow_mut();
            let number = state.next_arrival;
            state.next_arrival += 1;
            state.arriving.insert(number, Arriving { to_come: files.into_iter(), here: Vec::new() });
            number
        };
        self.receive_portion(number);
    }

    fn receive_portion(self: &Rc<Self>, number: u32) {
        let portion: Vec<DroppedFile> = match self.state.borrow_mut().arriving.get_mut(&number) {
            Some(arriving) => arriving.to_come.by_ref().take(PORTION).collect(),
            // It was cancelled meanwhile.
            None => return,
        };
        let ids: Vec<u32> = portion.into_iter().map(|file| self.add_file(file)).collect();
        let all = {
            let mut state = self.state.borrow_mut();
            let Some(arriving) = state.arriving.get_mut(&number) else { return };
            arriving.here.extend(ids);
            let is_all = arriving.to_come.len() == 0;
            is_all.then(|| state.arriving.remove(&number)).flatten()
        };
        if let Some(arriving) = all {
            self.plan(&arriving.here, None);
            return;
        }
        let weak: Weak<Self> = Rc::downgrade(self);
        Timeout::new(0, move || {
            if let Some(pool) = weak.upgrade() {
                pool.receive_portion(number);
            }
        })
        .forget();
    }

    /// Ends what is still being taken in, and answers what is here of it.
    pub(super) fn stop_arriving(&self) -> impl Iterator<Item = u32> + use<> {
        let arriving = std::mem::take(&mut self.state.borrow_mut().arriving);
        arriving.into_values().flat_map(|arriving| arriving.here)
    }

    /// Takes a file out of what waits for those that came with it; true if it was there.
    pub(super) fn leave_arriving(&self, file: u32) -> bool {
        let mut state = self.state.borrow_mut();
        let mut is_found = false;
        for arriving in state.arriving.values_mut() {
            let before = arriving.here.len();
            arriving.here.retain(|known| *known != file);
            is_found |= arriving.here.len() < before;
        }
        is_found
    }
}
