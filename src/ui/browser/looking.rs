//! Many files are looked at by all workers at once, before one of them says what belongs together.

use std::cell::RefCell;
use std::rc::Rc;

use super::pool::{Pool, Purpose};
use crate::protocol::{EngineReply, EngineRequest};

/// Fewer files are looked at by one worker in no time.
const MANY: usize = 64;

/// Files that are looked at in parts.
pub(super) struct Looking {
    /// Empty once all were looked at, or it was stopped.
    files: Vec<u32>,
    opening: Option<u32>,
    /// The format of each file, as far as it is known.
    formats: Vec<String>,
    parts_left: usize,
}

/// One part of it: which looking, and which of its files comes first.
pub(super) struct Part {
    looking: Rc<RefCell<Looking>>,
    first: usize,
}

impl Pool {
    /// Has every worker look at a part of these files; false where that gains nothing.
    pub(super) fn look_at_all(self: &Rc<Self>, ids: &[u32], opening: Option<u32>) -> bool {
        if ids.len() < MANY || !self.state.borrow().occupied_slots().is_empty() {
            return false;
        }
        let workers = self.start_all();
        if workers < 2 {
            return false;
        }
        let size = ids.len().div_ceil(workers);
        let looking = Rc::new(RefCell::new(Looking {
            files: ids.to_vec(),
            opening,
            formats: vec![String::new(); ids.len()],
            parts_left: ids.len().div_ceil(size),
        }));
        for (slot, part) in ids.chunks(size).enumerate() {
            let purpose = Purpose::Look(Part { looking: Rc::clone(&looking), first: slot * size });
            self.send(slot, EngineRequest::Look { files: self.entries(part) }, part, purpose);
        }
        true
    }

    pub(super) fn looked(self: &Rc<Self>, part: &Part, reply: EngineReply) {
        let done = {
            let mut looking = part.looking.borrow_mut();
            // What could not be looked at here is looked at again when all is planned.
            if let EngineReply::Looked { formats } = reply {
                for (known, format) in looking.formats.iter_mut().skip(part.first).zip(formats) {
                    *known = format;
                }
            }
            looking.parts_left = looking.parts_left.saturating_sub(1);
            (looking.parts_left == 0).then(|| {
                (std::mem::take(&mut looking.files), looking.opening, std::mem::take(&mut looking.formats))
            })
        };
        if let Some((files, opening, formats)) = done.filter(|(files, ..)| !files.is_empty()) {
            self.plan_known(&files, opening, formats);
        }
    }

    /// A worker ended while it looked: none of these files is read.
    pub(super) fn not_looked(self: &Rc<Self>, part: &Part, kind: &str, message: &str) {
        let (files, opening) = {
            let mut looking = part.looking.borrow_mut();
            (std::mem::take(&mut looking.files), looking.opening.take())
        };
        if files.is_empty() {
            return;
        }
        for file in files {
            self.fail(file, kind, message);
        }
        self.finish_opening(opening);
    }
}
