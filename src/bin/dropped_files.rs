//! Dropped files as the engine reads them, shared by the workers.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use tracebench::engine::trace::{BodyError, BodySource, SourceId};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, File, FileReaderSync};

pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Each read costs a round trip through the browser, and telling a format, its tail and its records apart takes
/// several. So a file of at most so many bytes is read whole, and with it as many of those behind it as fit: whoever
/// looks at one of a set looks at the next one, too.
const SMALL: u64 = 4 << 20;

/// The small files that were read last, by any of the worker's requests.
pub(crate) type Recent = Rc<RefCell<ReadTogether>>;

#[derive(Default)]
pub(crate) struct ReadTogether {
    /// Where the bytes of each lie.
    files: Vec<(File, Range<usize>)>,
    bytes: Vec<u8>,
}

impl ReadTogether {
    fn bytes_of(&self, file: &File) -> Option<&[u8]> {
        let (_, range) = self.files.iter().find(|(known, _)| known == file)?;
        self.bytes.get(range.clone())
    }
}

/// Handles of dropped files, read slice by slice. Their bytes never pass through the page's thread.
pub(crate) struct DroppedFiles {
    files: Vec<Handle>,
    reader: FileReaderSync,
    recent: Recent,
}

struct Handle {
    /// With its folder.
    name: String,
    file: File,
    /// As the page was told: to ask the file is a round trip, too.
    len: u64,
}

impl DroppedFiles {
    /// `files` holds objects with the name, the handle and the length of each.
    pub(crate) fn new(files: &js_sys::Array, recent: &Recent) -> Result<Self, String> {
        let reader =
            FileReaderSync::new().map_err(|error| format!("files cannot be read here: {error:?}"))?;
        Ok(Self {
            files: files.iter().map(|entry| Handle::of(&entry)).collect(),
            reader,
            recent: Rc::clone(recent),
        })
    }

    fn read_blob(&self, blob: &Blob) -> Result<Vec<u8>, BodyError> {
        let bytes =
            self.reader.read_as_array_buffer(blob).map_err(|error| BodyError::Io(describe(&error)))?;
        Ok(js_sys::Uint8Array::new(&bytes).to_vec())
    }

    fn slice(&self, file: &File, range: Range<u64>) -> Result<Vec<u8>, BodyError> {
        let slice = file.slice_with_f64_and_f64(range.start as f64, range.end as f64);
        self.read_blob(&slice.map_err(|error| BodyError::Io(describe(&error)))?)
    }

    /// Reads a small file, and those behind it that fit. If one of them cannot be read, it alone.
    fn read_together(&self, first: usize) -> Result<ReadTogether, BodyError> {
        let behind = self.files.get(first..).unwrap_or_default();
        let mut end = 0;
        let fitting = behind.iter().take_while(|handle| {
            end += handle.len;
            end <= SMALL
        });
        let together: Vec<&Handle> = fitting.collect();
        let read = |handles: &[&Handle]| {
            let blobs: js_sys::Array = handles.iter().map(|handle| &handle.file).collect();
            let blob = Blob::new_with_blob_sequence(&blobs);
            let bytes = self.read_blob(&blob.map_err(|error| BodyError::Io(describe(&error)))?)?;
            Ok(ReadTogether::of(handles, bytes))
        };
        match read(&together) {
            Ok(Some(all)) => Ok(all),
            _ => read(together.get(..1).unwrap_or_default()).map(Option::unwrap_or_default),
        }
    }
}

impl ReadTogether {
    /// `None` if the bytes are not as many as the files were said to have.
    fn of(handles: &[&Handle], bytes: Vec<u8>) -> Option<Self> {
        let mut at = 0;
        let mut files = Vec::with_capacity(handles.len());
        for handle in handles {
            let end = at + usize::try_from(handle.len).ok()?;
            files.push((handle.file.clone(), at..end));
            at = end;
        }
        (at == bytes.len()).then_some(Self { files, bytes })
    }
}

impl Handle {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a file's size is a whole number"
    )]
    fn of(entry: &JsValue) -> Self {
        Self {
            name: get(entry, "name").as_string().unwrap_or_default(),
            file: get(entry, "file").unchecked_into::<File>(),
            len: get(entry, "bytes").as_f64().unwrap_or_default() as u64,
        }
    }
}

impl BodySource for DroppedFiles {
    fn source_count(&self) -> usize {
        self.files.len()
    }

    fn name(&self, source: SourceId) -> &str {
        self.files.get(usize::from(source.0)).map_or("", |handle| &handle.name)
    }

    fn len(&self, source: SourceId) -> u64 {
        self.files.get(usize::from(source.0)).map_or(0, |handle| handle.len)
    }

    fn read(&self, source: SourceId, range: Range<u64>) -> Result<Cow<'_, [u8]>, BodyError> {
        let place = usize::from(source.0);
        let Handle { file, len, .. } = self.files.get(place).ok_or(BodyError::NoSource(source.0))?;
        let beyond = BodyError::OutOfRange { start: range.start, end: range.end, len: *len };
        if range.end > *len || range.start > range.end {
            return Err(beyond);
        }
        if *len > SMALL {
            return self.slice(file, range).map(Cow::Owned);
        }
        let mut recent = self.recent.borrow_mut();
        if recent.bytes_of(file).is_none() {
            // The old bytes are given back before new ones are asked for.
            *recent = ReadTogether::default();
            *recent = self.read_together(place)?;
        }
        let piece = |whole: &[u8]| {
            let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
            whole.get(start..end).map(<[u8]>::to_vec)
        };
        recent.bytes_of(file).and_then(piece).map(Cow::Owned).ok_or(beyond)
    }
}

/// `NotReadableError: …` rather than `[object DOMException]`.
pub(crate) fn describe(error: &JsValue) -> String {
    let name = get(error, "name").as_string().unwrap_or_default();
    let message = get(error, "message").as_string().unwrap_or_default();
    format!("{name}: {message}")
}
