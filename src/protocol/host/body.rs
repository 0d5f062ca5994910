use crate::engine::Run;
use crate::engine::import;
use crate::engine::report::step_row;
use crate::engine::trace::{BodySource, Segment, StepId};
use crate::protocol::{BodyPart, StepBody};
use crate::reading::embedded;

/// Raw bytes of one segment shown to a person; the rest is said to be there.
const RAW_BYTES: u32 = 200_000;
/// Pictures are looked for in so many bytes of one text.
const PICTURE_BYTES: u64 = 16 << 20;

/// All that a step says, read from its files; the error is a sentence for the reader.
pub(super) fn body(sources: &dyn BodySource, run: &Run, id: StepId) -> Result<StepBody, String> {
    let row = step_row(&run.trace, &run.facts, &run.places, id)
        .ok_or_else(|| format!("the run has no step {}", id.0))?;
    let step = run.trace.step(id).ok_or_else(|| format!("the run has no step {}", id.0))?;
    let parts = step
        .parts
        .iter()
        .map(|part| BodyPart {
            part: part.kind,
            text: import::read_part(&run.trace, part, sources)
                .unwrap_or_else(|error| format!("[this text cannot be read: {error}]")),
        })
        .collect();
    let mut raw = Vec::new();
    let mut pictures = Vec::new();
    for segment in step.parts.iter().flat_map(|part| &part.segments) {
        let Segment::Stored { source, start, len, .. } = segment else { continue };
        let length = u64::from(*len).min(PICTURE_BYTES);
        let Ok(bytes) = sources.read(*source, *start..*start + length) else { continue };
        for picture in embedded(&bytes) {
            if !pictures.contains(&picture) {
                pictures.push(picture);
            }
        }
        let shown = bytes.get(..RAW_BYTES as usize).unwrap_or(&bytes);
        let mut text = String::from_utf8_lossy(shown).into_owned();
        if *len > RAW_BYTES {
            let more = format!("\n… {} more bytes", len - RAW_BYTES);
            text.push_str(&more);
        }
        raw.push(text);
    }
    Ok(StepBody { row, parts, raw, pictures })
}
