use crate::engine::import::unpack::Container;

/// What a file is that is not text, and how to make something of it that can be read.
pub(super) fn binary(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"7z\xBC\xAF\x27\x1C", "a 7z archive (pack it again as zip or tar.gz)"),
        (b"Rar!\x1A\x07", "a RAR archive (pack it again as zip or tar.gz)"),
        (b"\xFD7zXZ\0", "xz-compressed data (unpack it with `xz -d` first, or pack it as zip, gz or zst)"),
        (b"BZh", "bzip2-compressed data (unpack it with `bunzip2` first, or pack it as zip, gz or zst)"),
        (
            b"PAR1",
            "a Parquet table (write its rows out as JSON lines, with Python for instance: \
             `pandas.read_parquet(\"in.parquet\").to_json(\"out.jsonl\", orient=\"records\", lines=True)`)",
        ),
        (b"%PDF", "a PDF document"),
        (b"\x89PNG", "a PNG image"),
        (b"\xFF\xD8\xFF", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"\x7FELF", "a program"),
    ];
    if let Some(container) = Container::of(bytes) {
        return Some(match container {
            Container::Zip => "a zip archive that was not opened",
            Container::Gzip => "gzip-compressed data that was not opened",
            Container::Zstd => "zstd-compressed data that was not opened",
            Container::Tar => "a tar archive that was not opened",
        });
    }
    if bytes.starts_with(b"SQLite format 3\0") {
        return Some(database(bytes));
    }
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(what);
    }
    let sample = bytes.get(..4096).unwrap_or(bytes);
    let zeros = memchr::memchr_iter(0, sample).count();
    (zeros * 50 > sample.len().max(50)).then_some("binary data")
}

/// Whose SQLite database it is, told by its tables, and how to get the sessions out of it.
fn database(bytes: &[u8]) -> &'static str {
    let has = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    if has("cursorDiskKV") || has("ItemTable") {
        "an editor's SQLite database (Cursor keeps its chats there: open a chat and choose “Export Transcript” from its menu, \
         or take the agent's own files in ~/.cursor/projects/…/agent-transcripts)"
    } else if has("goose_db_version") {
        "Crush's SQLite database (write its rows out as JSON lines: \
         `sqlite3 -json .crush/crush.db \"select * from messages order by created_at\"`)"
    } else if has("working_dir") && has("messages") {
        "Goose's SQLite database (write a session out with `goose session export --format json --output run.json`)"
    } else if has("session_id") && has("CREATE TABLE `part`") {
        "opencode's SQLite database (write a session out with `opencode export SESSION > run.json`; \
         `opencode session list` shows which there are)"
    } else {
        "an SQLite database (write the session out from the agent that keeps it: `opencode export SESSION`, \
         `goose session export --format json`, or a chat's export in Cursor)"
    }
}
