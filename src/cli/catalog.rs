use std::io::{self, Write};

use crate::engine::{detect, import};

pub(super) fn formats(out: &mut impl Write) -> io::Result<()> {
    for format in import::formats() {
        writeln!(out, "{}: {}", format.id, format.title)?;
        writeln!(out, "    written by: {}", format.written_by)?;
        writeln!(out, "    recognised by: {}", format.marks)?;
        writeln!(out, "    lacks: {}", format.lacks)?;
    }
    Ok(())
}

pub(super) fn detectors(out: &mut impl Write) -> io::Result<()> {
    for info in detect::catalog() {
        let classic = info.classic.map_or_else(String::new, |kind| format!(", {kind} in the original"));
        writeln!(out, "{}: {}{classic}", info.id, info.title)?;
        writeln!(out, "    what: {}", info.what)?;
        writeln!(out, "    why: {}", info.why)?;
        writeln!(out, "    limits: {}", info.limits)?;
        if let Some(measured) = detect::measurements().sentence(info.id) {
            writeln!(out, "    measured: {measured}")?;
        }
        if !info.taxonomy.is_empty() {
            writeln!(out, "    known as: {}", info.taxonomy.join(", "))?;
        }
    }
    Ok(())
}
