//! Settings that outlive the visit. A browser that keeps nothing is no error.

use gloo::storage::{LocalStorage, Storage as _};

/// The text kept under `key`.
pub fn get(key: &str) -> Option<String> {
    LocalStorage::get(key).ok()
}

/// Forgets what is kept under `key`.
pub fn remove(key: &str) {
    LocalStorage::delete(key);
}

/// Keeps a text, where the browser lets us.
pub fn set(key: &str, value: &str) {
    drop(LocalStorage::set(key, value));
}
