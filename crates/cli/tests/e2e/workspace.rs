//! The workspace: what it is to the command, and what remains of the command's work on the host.

mod copied;
mod direct;
mod git;
mod nested;
mod odd;
mod refused;

use std::process::Command;

/// The whole tree in text: kinds, modes, sizes, times, link targets and content sums.
fn picture(path: &std::path::Path) -> String {
    let line = r#"find . -printf '%p %y %m %s %T@ %l\n' | sort; find . -type f -exec sha256sum {} + | sort"#;
    let output = Command::new("sh").args(["-c", line]).current_dir(path).output().expect("run find");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
