//! The profile a person named: a built-in one, or a file of their own.

use std::io::{self, Write};
use std::path::Path;

use super::files;
use super::output::complain;
use crate::engine::detect;
use crate::engine::score::Profile;

/// A built-in profile by its name, or one read from a file. Complains of weights that count for nothing.
pub(super) fn find(wanted: &str) -> Result<Profile, String> {
    if let Ok(built_in) = Profile::named(wanted) {
        return Ok(built_in);
    }
    let text = files::read_text(Path::new(wanted)).map_err(|error| {
        let names = Profile::NAMES.join("”, “");
        format!("{wanted}: expected the profile “{names}” or a file that holds one: {error}")
    })?;
    let profile = Profile::read(&text).map_err(|error| format!("{wanted}: {error}"))?;
    for id in profile.strangers(is_known) {
        complain(&format!("{wanted}: the weight of “{id}” counts for nothing: no detector is called so"));
    }
    Ok(profile)
}

/// In the classic method a weight is that of a kind, which has the original's name where there is one.
fn is_known(id: &str) -> bool {
    detect::catalog().any(|info| info.id == id || info.classic == Some(id))
}

/// Prints a built-in profile, to start one's own from.
pub(super) fn print(name: &str, out: &mut impl Write) -> io::Result<()> {
    let profile = Profile::named(name).map_err(io::Error::other)?;
    out.write_all(profile.write().as_bytes())
}
