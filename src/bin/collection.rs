//! The entry of the program that draws many runs, nothing else.

fn main() {
    console_error_panic_hook::set_once();
    tracebench::ui::mount_collection();
}
