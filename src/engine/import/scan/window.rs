use xxhash_rust::xxh3::Xxh3;

use crate::engine::import::{ImportError, Input};
use crate::engine::trace::SourceId;

/// How much is read at a time. Large, because each read of a dropped file costs a round trip.
pub(in crate::engine::import) const BLOCK_SIZE: u64 = 8 << 20;

/// A sliding view of the source: what lies between `base` and the end of what has been read. Borrowed
/// whole where the source is in memory.
pub(super) struct Window<'a, 'i> {
    input: &'a Input<'i>,
    whole: Option<&'a [u8]>,
    held: Vec<u8>,
    /// How much of `held` has been let go already; it is moved out of the way when the window grows.
    gone: usize,
    /// Where the window begins in the source.
    base: u64,
    /// Up to where the source has been read.
    read: u64,
    len: u64,
    hasher: Xxh3,
}

impl<'a, 'i> Window<'a, 'i> {
    pub(super) fn open(input: &'a Input<'i>) -> Self {
        let len = input.len();
        Self {
            input,
            whole: input.sources.in_memory(input.main),
            held: Vec::new(),
            gone: 0,
            base: 0,
            read: 0,
            len,
            hasher: Xxh3::new(),
        }
    }

    pub(super) fn source(&self) -> SourceId {
        self.input.main
    }

    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// What has been read and not yet been let go.
    pub(super) fn bytes(&self) -> &[u8] {
        match self.whole {
            Some(whole) => {
                let start = usize::try_from(self.base).unwrap_or(usize::MAX);
                let end = usize::try_from(self.read).unwrap_or(usize::MAX);
                whole.get(start..end).unwrap_or_default()
            }
            None => self.held.get(self.gone..).unwrap_or_default(),
        }
    }

    pub(super) fn ended(&self) -> bool {
        self.read >= self.len
    }

    /// Lets go of the first `count` bytes.
    pub(super) fn advance(&mut self, count: usize) {
        self.base += count as u64;
        if self.whole.is_none() {
            self.gone += count;
        }
    }

    /// Reads another block behind the window; false at the end of the source.
    pub(super) fn grow(&mut self) -> Result<bool, ImportError> {
        if self.ended() {
            return Ok(false);
        }
        let end = (self.read + self.input.block_size).min(self.len);
        if self.whole.is_none() {
            let block = self.input.sources.read(self.input.main, self.read..end)?;
            self.hasher.update(&block);
            self.held.drain(..self.gone.min(self.held.len()));
            self.gone = 0;
            self.held.extend_from_slice(&block);
        } else if let Some(whole) = self.whole {
            let start = usize::try_from(self.read).unwrap_or(usize::MAX);
            let stop = usize::try_from(end).unwrap_or(usize::MAX);
            self.hasher.update(whole.get(start..stop).unwrap_or_default());
        }
        self.read = end;
        self.input.hash.set(self.hasher.digest());
        if !(self.input.progress.borrow_mut())(self.read) {
            return Err(ImportError::Cancelled);
        }
        Ok(true)
    }
}
