//! Files that were opened: numbered, looked at, and handed to the pool in the order in which they came.

use std::rc::Rc;

use super::opening::Opening;
use super::pool::{OpenFile, Pool, Purpose, unexpected};
use super::{DroppedFile, EngineEvent};
use crate::protocol::{EngineReply, EngineRequest, FileEntry, PlannedRole};

impl Pool {
    /// So many files are planned together; the engine numbers them with 16 bits.
    const PLANNED_TOGETHER: usize = 60_000;

    /// How many requests it takes to plan so many files.
    pub(super) fn plan_count(files: usize) -> usize {
        files.div_ceil(Self::PLANNED_TOGETHER)
    }

    pub(super) fn plan(self: &Rc<Self>, ids: &[u32], opening: Option<u32>) {
        for together in ids.chunks(Self::PLANNED_TOGETHER) {
            if !self.look_at_all(together, opening) {
                self.plan_known(together, opening, Vec::new());
            }
        }
    }

    /// Plans files; those with a format in `known` were looked at before.
    pub(super) fn plan_known(self: &Rc<Self>, ids: &[u32], opening: Option<u32>, known: Vec<String>) {
        let request = EngineRequest::Plan { files: self.entries(ids), known };
        self.send(0, request, ids, Purpose::Plan { files: ids.to_vec(), opening });
    }

    pub(super) fn add_file(&self, file: DroppedFile) -> u32 {
        let (name, bytes) = (file.name.clone(), file.bytes());
        let id = {
            let mut state = self.state.borrow_mut();
            let id = state.next_file;
            state.next_file += 1;
            state
                .files
                .insert(id, OpenFile { file, format: String::new(), belongings: Vec::new(), home: None });
            id
        };
        (self.tell)(EngineEvent::Added { id, name, bytes });
        id
    }

    pub(super) fn entries(&self, ids: &[u32]) -> Vec<FileEntry> {
        let state = self.state.borrow();
        ids.iter()
            .filter_map(|id| Some(FileEntry { id: *id, name: state.files.get(id)?.file.name.clone() }))
            .collect()
    }

    pub(super) fn planned(self: &Rc<Self>, ids: &[u32], opening: Option<u32>, reply: EngineReply) {
        let EngineReply::Planned { files } = reply else {
            for id in ids {
                self.fail(*id, "unreadable", &unexpected(&reply));
            }
            self.finish_opening(opening);
            return;
        };
        if opening.is_none()
            && let Some(fresh) = Opening::of(&files)
        {
            let number = self.open(fresh);
            for file in files {
                if matches!(file.role, PlannedRole::Container { .. }) {
                    (self.tell)(EngineEvent::Planned { id: file.id, role: file.role });
                }
            }
            self.next_archive(number);
            return;
        }
        if let Some(number) = opening {
            let is_last = match self.state.borrow_mut().openings.get_mut(&number) {
                Some(opening) => opening.planned(&files),
                None => false,
            };
            if is_last {
                self.finish_opening(opening);
            }
        }
        for planned in files {
            if let PlannedRole::Trace { format, belongings, .. } = &planned.role {
                let mut state = self.state.borrow_mut();
                if let Some(open) = state.files.get_mut(&planned.id) {
                    open.format.clone_from(format);
                    open.belongings.clone_from(belongings);
                    state.queue.push_back(planned.id);
                }
            }
            if let PlannedRole::Container { title } = &planned.role {
                self.fail(planned.id, "binary", &format!("{title} inside others, which was not opened"));
            } else {
                (self.tell)(EngineEvent::Planned { id: planned.id, role: planned.role });
            }
        }
        self.feed();
    }
}
