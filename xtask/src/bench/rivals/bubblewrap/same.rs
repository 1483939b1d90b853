//! Our plan for a job, in bubblewrap's words. It has none for an overlay (it binds the workspace instead), for owners, and for
//! a filter in the words of a policy: there it is asked for less.

use std::{
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::bench::{arena::Arena, job::Job};

/// What bubblewrap is told to show what our plan for the job shows; `folder` is for files that are to appear inside.
pub(super) fn arguments(arena: &Arena, job: &Job, folder: &Path) -> Result<Vec<OsString>> {
    let mut command = Command::new(&arena.launcher);
    command.args(["run", "--explain", "--profile", job.profile, "--"]).args(job.command);
    let output = command.current_dir(arena.ground(job)).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot have the plan of {} explained", job.name))?;
    ensure!(output.status.success(), "no plan for {}: {}", job.name, String::from_utf8_lossy(&output.stderr));
    let plan = String::from_utf8(output.stdout).context("the plan is no text")?;
    let mut words = Vec::new();
    for line in plan.lines().take_while(|line| !line.starts_with("leave the session keyring")) {
        let translated = translate(line, folder).with_context(|| format!("cannot put into other words: {line}"))?;
        words.extend(translated);
    }
    // It makes the root before everything else, and can only then make it read-only.
    words.extend(["--remount-ro", "/"].map(OsString::from));
    Ok(words)
}

/// One line of a plan; nothing where bubblewrap does it unasked.
fn translate(line: &str, folder: &Path) -> Result<Vec<OsString>> {
    let (line, _) = line.split_once(", owners translated").unwrap_or((line, ""));
    let (line, _) = line.split_once(": ").unwrap_or((line, ""));
    let words: Vec<&str> = line.split(' ').collect();
    Ok(match words.as_slice() {
        ["name", "the", "host", name] => told(["--hostname", name]),
        ["make", "the", "writable", "directory", "/dev/shm", ..] => Vec::new(),
        ["make", "the", "writable", "directory", path, ..] => told(["--tmpfs", path]),
        ["make", "the", "directory", path, ..] => told(["--dir", path]),
        ["write", path, ..] => {
            let file = folder.join(path.replace('/', "_"));
            fs::write(&file, "a line\n").with_context(|| format!("cannot write {}", file.display()))?;
            vec!["--ro-bind".into(), file.into(), path.into()]
        }
        // `--dev` makes these itself.
        ["show", _, "as", "a", "device"]
        | ["link", "/dev/fd" | "/dev/ptmx" | "/dev/stdin" | "/dev/stdout" | "/dev/stderr", ..] => Vec::new(),
        ["mount", "pseudoterminals", ..] => told(["--dev", "/dev"]),
        ["mount", "a", "fresh", "/proc"] => told(["--proc", "/proc"]),
        ["link", path, "to", target] => told(["--symlink", target, path]),
        ["hide", path] if !is_open(path) => Vec::new(),
        ["hide", path] if Path::new(path).is_dir() => told(["--tmpfs", path]),
        ["hide", path] => told(["--ro-bind", "/dev/null", path]),
        ["make", path, "read-only"] if path.starts_with("/proc/") && !Path::new(path).exists() => Vec::new(),
        ["make", path, "read-only"] if path.starts_with("/proc/") => told(["--ro-bind", path, path]),
        ["show", path, "read-only"] => told(["--ro-bind", path, path]),
        ["show", "/tmp", "at", path] => told(["--tmpfs", path]),
        ["show", source, "at", path, "read-only"] => told(["--ro-bind", source, path]),
        ["show", source, "at", path, "copy-on-write,", ..] => told(["--bind", source, path]),
        ["make", "new", ..] | ["be", "user", ..] | ["bring", "up", ..] | ["make", "an", "empty", "root", ..] => {
            Vec::new()
        }
        // It has no limits.
        ["limit", ..] | ["watch,", ..] => Vec::new(),
        ["make", "the", "root", "read-only"] | ["change", "to", ..] => Vec::new(),
        _ => bail!("no words for it"),
    })
}

/// Whether there is such a file of `/proc`, and others than its owner may open it: what ours asks the kernel inside.
fn is_open(path: &str) -> bool {
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o007 != 0)
}

fn told<const N: usize>(words: [&str; N]) -> Vec<OsString> {
    words.map(OsString::from).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_in_other_words() {
        let say = |line| translate(line, Path::new("/nowhere")).map(|words| words.join(" ".as_ref()));
        assert_eq!(say("show /usr read-only").unwrap(), "--ro-bind /usr /usr");
        assert_eq!(say("hide /proc/keys: keys of the host's users").unwrap(), "--ro-bind /dev/null /proc/keys");
        let workspace = "show /a at /workspace copy-on-write, changes kept in /b/layer, owners translated";
        assert_eq!(say(workspace).unwrap(), "--bind /a /workspace");
        assert!(say("paint the root green").is_err());
    }
}
