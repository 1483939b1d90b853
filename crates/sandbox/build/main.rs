//! Makes the tables of system calls from the policies that people read and write.

mod emit;
mod parse;

use std::path::Path;
use std::{env, fs};

use parse::{Result, Set};

#[expect(clippy::print_stdout, reason = "so Cargo is spoken to")]
fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=policies");
    let text = emit::table(&sets(Path::new("policies"))?);
    let folder = env::var_os("OUT_DIR").ok_or("Cargo gives no OUT_DIR")?;
    fs::write(Path::new(&folder).join("table.rs"), text).map_err(|error| format!("cannot write the table: {error}"))
}

/// All policies of a folder, by name.
fn sets(folder: &Path) -> Result<Vec<Set>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("cannot list {}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "policy"));
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<Set> {
    let wrong = |what: String| format!("{}: {what}", path.display());
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    parse::set(name, &text).map_err(wrong)
}
