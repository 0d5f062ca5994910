//! Files that a person drops, picks or pastes, folders included.

use std::cell::OnceCell;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
/// A file picker.
pub use web_sys::HtmlInputElement as FileInput;
use web_sys::{
    ClipboardEvent, DataTransfer, DragEvent, File, FileSystemDirectoryEntry, FileSystemEntry,
    FileSystemFileEntry, Response,
};

use super::set_member;

/// A handle of a file, with its folder in front of its name. The bytes stay where they are.
#[derive(Debug, Clone)]
pub struct DroppedFile {
    pub name: String,
    file: File,
    bytes: OnceCell<u64>,
}

impl DroppedFile {
    pub(super) fn new(name: String, file: File) -> Self {
        Self { name, file, bytes: OnceCell::new() }
    }

    /// Its size. The first time the browser looks at the disk, and does nothing else.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a file's size is a whole number"
    )]
    pub(super) fn bytes(&self) -> u64 {
        *self.bytes.get_or_init(|| self.file.size() as u64)
    }

    /// What a worker is told of it.
    pub(super) fn entry(&self) -> js_sys::Object {
        let entry = js_sys::Object::new();
        set_member(&entry, "name", &JsValue::from_str(&self.name));
        set_member(&entry, "file", &self.file);
        set_member(&entry, "bytes", &JsValue::from_f64(self.bytes() as f64));
        entry
    }

    /// A trace that lies beside the page. `None` if it cannot be had.
    pub async fn of_sample(name: &str) -> Option<Self> {
        let answer = gloo::utils::window().fetch_with_str(&format!("samples/{name}"));
        let answer: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
        if !answer.ok() {
            return None;
        }
        let text = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
        Self::from_text(name, &text)
    }

    /// A file made of text. `None` if the browser will not make one.
    fn from_text(name: &str, text: &str) -> Option<Self> {
        let parts = js_sys::Array::of1(&JsValue::from_str(text));
        let file = File::new_with_str_sequence(&parts, name).ok()?;
        Some(Self::new(name.to_owned(), file))
    }

    /// The whole text of a small file.
    pub async fn text(&self) -> Option<String> {
        JsFuture::from(self.file.text()).await.ok()?.as_string()
    }

    fn of(file: File) -> Self {
        let path = js_sys::Reflect::get(&file, &JsValue::from_str("webkitRelativePath"))
            .ok()
            .and_then(|path| path.as_string())
            .filter(|path| !path.is_empty());
        Self::new(path.unwrap_or_else(|| file.name()), file)
    }
}

/// What a file picker was given.
pub fn files_of_input(input: &FileInput) -> Vec<DroppedFile> {
    let Some(list) = input.files() else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)).map(DroppedFile::of).collect()
}

/// What was pasted: files, or text as a file.
pub fn files_of_paste(event: &ClipboardEvent) -> Vec<DroppedFile> {
    let Some(data) = event.clipboard_data() else { return Vec::new() };
    let files = plain_files(&data);
    if !files.is_empty() {
        return files;
    }
    let text = data.get_data("text/plain").unwrap_or_default();
    if text.trim().is_empty() {
        Vec::new()
    } else {
        DroppedFile::from_text("pasted", &text).into_iter().collect()
    }
}

/// What was dropped, folders opened. Must be called at once in the event's handler: the browser takes the
/// items back when it returns.
pub fn files_of_drop(event: &DragEvent) -> impl Future<Output = Vec<DroppedFile>> + 'static {
    let data = event.data_transfer();
    let entries: Vec<FileSystemEntry> = data
        .as_ref()
        .map(|data| {
            let items = data.items();
            (0..items.length())
                .filter_map(|at| items.get(at))
                .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
                .collect()
        })
        .unwrap_or_default();
    let plain = data.as_ref().map(plain_files).unwrap_or_default();
    async move {
        if entries.iter().all(FileSystemEntry::is_file) {
            return plain;
        }
        let mut files = Vec::new();
        let mut open = entries;
        while let Some(entry) = open.pop() {
            let path = entry.full_path().trim_start_matches('/').to_owned();
            if entry.is_directory() {
                open.extend(members(entry.unchecked_into()).await);
            } else if let Some(file) = file_of(entry.unchecked_into()).await {
                files.push(DroppedFile::new(path, file));
            }
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }
}

fn plain_files(data: &DataTransfer) -> Vec<DroppedFile> {
    let Some(list) = data.files() else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)).map(DroppedFile::of).collect()
}

async fn file_of(entry: FileSystemFileEntry) -> Option<File> {
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        entry.file_with_callback_and_callback(&resolve, &reject);
    });
    JsFuture::from(promise).await.ok().map(JsCast::unchecked_into)
}

/// The entries of a folder. Browsers hand them out in portions; an empty one is the last.
async fn members(folder: FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        let promise = js_sys::Promise::new(&mut |resolve, reject| {
            drop(reader.read_entries_with_callback_and_callback(&resolve, &reject));
        });
        let Ok(portion) = JsFuture::from(promise).await else { return entries };
        let portion: js_sys::Array = portion.unchecked_into();
        if portion.length() == 0 {
            return entries;
        }
        entries.extend(portion.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}
