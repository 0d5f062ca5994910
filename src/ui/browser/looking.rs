//! Many files are looked at by all workers at once, before one of them says what belongs together.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use super::pool::{Pool, Purpose};
use super::stopping::CANCELLED;
use crate::protocol::{EngineReply, EngineRequest};

/// Fewer files are looked at by one worker in no time.
const MANY: usize = 64;
/// So many are handed to a worker at once: to hand over a thousand holds up the page.
const PART: usize = 200;

/// Files that are looked at in parts.
pub(super) struct Looking {
    /// Empty once it was stopped.
    files: Vec<u32>,
    opening: Option<u32>,
    /// The format of each file, as far as it is known; `None` for those that broke a worker.
    formats: Vec<Option<String>>,
    /// The first file that nobody was handed.
    next: usize,
    parts_out: usize,
}

/// One part of it: which looking, which worker, and which of the files.
pub(super) struct Part {
    looking: Rc<RefCell<Looking>>,
    slot: usize,
    files: Range<usize>,
}

impl Pool {
    /// Has all workers look at these files; false where that gains nothing.
    pub(super) fn look_at_all(self: &Rc<Self>, ids: &[u32], opening: Option<u32>) -> bool {
        if ids.len() < MANY || !self.state.borrow().occupied_slots().is_empty() {
            return false;
        }
        let workers = self.start_all();
        if workers < 2 {
            return false;
        }
        let looking = Rc::new(RefCell::new(Looking {
            files: ids.to_vec(),
            opening,
            formats: vec![Some(String::new()); ids.len()],
            next: 0,
            parts_out: 0,
        }));
        for slot in 0..workers {
            self.look_on(slot, &looking);
        }
        true
    }

    /// Hands the next part to a worker.
    fn look_on(self: &Rc<Self>, slot: usize, looking: &Rc<RefCell<Looking>>) {
        let (first, part) = {
            let mut looking = looking.borrow_mut();
            let first = looking.next;
            let part: Vec<u32> = looking.files.iter().skip(first).take(PART).copied().collect();
            looking.next += part.len();
            looking.parts_out += usize::from(!part.is_empty());
            (first, part)
        };
        if !part.is_empty() {
            let purpose =
                Purpose::Look(Part { looking: Rc::clone(looking), slot, files: first..first + part.len() });
            self.send(slot, EngineRequest::Look { files: self.entries(&part) }, &part, purpose);
        }
    }

    pub(super) fn looked(self: &Rc<Self>, part: &Part, reply: EngineReply) {
        // What could not be looked at here is looked at again when all is planned.
        if let EngineReply::Looked { formats } = reply {
            let mut looking = part.looking.borrow_mut();
            for (known, format) in looking.formats.iter_mut().skip(part.files.start).zip(formats) {
                *known = Some(format);
            }
        }
        self.look_further(part);
    }

    /// Goes on with the next part, or plans when all are here.
    fn look_further(self: &Rc<Self>, part: &Part) {
        self.look_on(part.slot, &part.looking);
        let (ids, formats, opening) = {
            let mut looking = part.looking.borrow_mut();
            looking.parts_out = looking.parts_out.saturating_sub(1);
            if looking.parts_out > 0 || looking.files.is_empty() {
                return;
            }
            let files = std::mem::take(&mut looking.files).into_iter();
            let known = files.zip(std::mem::take(&mut looking.formats));
            let (ids, formats): (Vec<u32>, Vec<String>) =
                known.filter_map(|(file, format)| Some((file, format?))).unzip();
            (ids, formats, looking.opening)
        };
        self.plan_known(&ids, opening, formats);
    }

    /// A worker ended while it looked: its part is lost; all of them, if that was wished for.
    pub(super) fn not_looked(self: &Rc<Self>, part: &Part, kind: &str, message: &str) {
        if kind != CANCELLED {
            let lost: Vec<u32> = {
                let mut looking = part.looking.borrow_mut();
                let places = part.files.len();
                looking
                    .formats
                    .iter_mut()
                    .skip(part.files.start)
                    .take(places)
                    .for_each(|known| *known = None);
                looking.files.iter().skip(part.files.start).take(places).copied().collect()
            };
            for file in lost {
                self.fail(file, kind, message);
            }
            self.look_further(part);
            return;
        }
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
