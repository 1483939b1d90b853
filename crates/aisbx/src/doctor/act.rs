//! What mends something: acts that are told as shell commands and done by `--fix`, so that the two cannot differ.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Serialize, Serializer};

/// What mends something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Acts of root, in order, and what is left to do after them.
    Root(Vec<Act>, Option<String>),
    /// What only whoever reads it can do.
    Yours(String),
}

/// One act of root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Sets a variable of the kernel (sysctl(8)), until the next boot.
    Setting {
        /// Its name, with dots.
        name: &'static str,
        /// What it is set to.
        value: String,
    },
    /// Adds a line to a file, which is made where there is none.
    Line {
        /// The file.
        path: PathBuf,
        /// The line, without its end.
        line: String,
    },
    /// Writes a whole file.
    Write {
        /// The file.
        path: PathBuf,
        /// What is in it then.
        text: String,
    },
    /// Makes a directory and those above it.
    Directory(PathBuf),
    /// Runs a program to its end.
    Run(Vec<String>),
}

impl Fix {
    /// A variable of the kernel, set now and at every boot.
    pub(super) fn setting(name: &'static str, value: impl fmt::Display) -> Self {
        let line = Act::Line { path: "/etc/sysctl.d/60-aisbx.conf".into(), line: format!("{name} = {value}") };
        Self::Root(vec![Act::Setting { name, value: value.to_string() }, line], None)
    }

    /// What root can do of it.
    pub fn acts(&self) -> &[Act] {
        match self {
            Self::Root(acts, _) => acts,
            Self::Yours(_) => &[],
        }
    }
}

impl Act {
    /// Does it. `false`: it was so already.
    pub(super) fn perform(&self) -> io::Result<bool> {
        match self {
            Self::Setting { name, value } => {
                let path = Path::new("/proc/sys").join(name.replace('.', "/"));
                let differs = fs::read_to_string(&path)?.trim() != value;
                if differs {
                    fs::OpenOptions::new().write(true).open(&path)?.write_all(value.as_bytes())?;
                }
                Ok(differs)
            }
            Self::Line { path, line } => {
                let known = found(path)?;
                let lacks = !known.lines().any(|known| known == line);
                if lacks {
                    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
                    // The last line of what an editor left may have no end.
                    let separator = if known.is_empty() || known.ends_with('\n') { "" } else { "\n" };
                    file.write_all(format!("{separator}{line}\n").as_bytes())?;
                }
                Ok(lacks)
            }
            Self::Write { path, text } => {
                let differs = found(path)? != *text;
                if differs {
                    fs::write(path, text)?;
                }
                Ok(differs)
            }
            Self::Directory(path) => {
                let lacks = !path.is_dir();
                fs::create_dir_all(path).map(|()| lacks)
            }
            Self::Run(words) => run(words).map(|()| true),
        }
    }
}

/// What a file holds; nothing where there is none.
fn found(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}

fn run(words: &[String]) -> io::Result<()> {
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other(format!("{program} is not installed{}", package(program))),
        _ => error,
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(io::Error::other(last.map_or_else(|| output.status.to_string(), str::to_owned)))
}

/// The package that has a program, in Debian, Ubuntu, Fedora and Arch alike.
fn package(program: &str) -> &'static str {
    match program {
        "apparmor_parser" => " (package apparmor)",
        "modprobe" => " (package kmod)",
        _ => "",
    }
}

impl fmt::Display for Act {
    /// As a command of a shell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting { name, value } => write!(f, "sudo sysctl -w {name}={value}"),
            Self::Line { path, line } => {
                let (line, path) = (word(line), path.to_string_lossy());
                let path = word(&path);
                // Who runs it twice has the line once, as with `--fix`.
                write!(f, "{{ grep -qsxF {line} {path} || echo {line} | sudo tee -a {path}; }}")
            }
            Self::Write { path, text } => {
                write!(f, "printf {} | sudo tee {}", word(&format(text)), word(&path.to_string_lossy()))
            }
            Self::Directory(path) => write!(f, "sudo mkdir -p {}", word(&path.to_string_lossy())),
            Self::Run(words) => {
                f.write_str("sudo")?;
                words.iter().try_for_each(|one| write!(f, " {}", word(one)))
            }
        }
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(acts, then) => {
                for (index, act) in acts.iter().enumerate() {
                    write!(f, "{}{act}", if index == 0 { "" } else { " && " })?;
                }
                then.iter().try_for_each(|then| write!(f, " ({then})"))
            }
            Self::Yours(text) => f.write_str(text),
        }
    }
}

impl Serialize for Fix {
    /// As it is shown.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A word as a shell reads it.
pub fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-=:,+@%".contains(&byte);
    match !text.is_empty() && text.bytes().all(is_plain) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("'{}'", text.replace('\'', r"'\''"))),
    }
}

/// A text as the format of printf(1), on one line.
fn format(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', "%%").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs what is told in a shell whose `sudo` only runs what it is given.
    fn told(acts: &[Act], dir: &Path) {
        let text = Fix::Root(acts.to_vec(), None).to_string();
        let line = format!("sudo() {{ \"$@\"; }}; {text}");
        let status = Command::new("sh").args(["-c", &line]).current_dir(dir).stdout(Stdio::null()).status();
        assert!(status.unwrap().success(), "{text}");
    }

    #[test]
    fn what_is_told_is_what_is_done() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let acts = |dir: &Path| {
            let hostile = "it's \\n 100% \"$HOME\" `id`\n\n\ttail\n";
            vec![
                Act::Directory(dir.join("a b/c")),
                Act::Write { path: dir.join("a b/c/it's"), text: hostile.to_owned() },
                Act::Line { path: dir.join("list"), line: "key = 'v' $x".to_owned() },
                Act::Run(vec!["touch".to_owned(), dir.join("*").display().to_string()]),
            ]
        };
        for _ in 0..2 {
            told(&acts(one.path()), one.path());
        }
        for act in acts(other.path()) {
            assert!(act.perform().unwrap(), "{act}");
        }
        for file in ["a b/c/it's", "list", "*"] {
            let read = |dir: &Path| fs::read_to_string(dir.join(file)).unwrap();
            assert_eq!(read(one.path()), read(other.path()), "{file}");
        }
    }

    #[test]
    fn what_is_so_already_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let line = Act::Line { path: dir.path().join("list"), line: "a = 1".to_owned() };
        fs::write(dir.path().join("list"), "b = 2").unwrap();
        assert!(line.perform().unwrap());
        assert!(!line.perform().unwrap());
        assert_eq!(fs::read_to_string(dir.path().join("list")).unwrap(), "b = 2\na = 1\n");
        let write = Act::Write { path: dir.path().join("whole"), text: "x\n".to_owned() };
        assert_eq!((write.perform().unwrap(), write.perform().unwrap()), (true, false));
    }

    #[test]
    fn a_program_that_fails_or_is_not_there_is_named_with_its_reason() {
        let run = |words: &[&str]| Act::Run(words.iter().map(|word| (*word).to_owned()).collect()).perform();
        assert_eq!(run(&["sh", "-c", "echo no such module >&2; exit 1"]).unwrap_err().to_string(), "no such module");
        assert!(run(&["/nowhere/modprobe"]).unwrap_err().to_string().contains("is not installed"));
        assert!(run(&["false"]).unwrap_err().to_string().contains('1'));
    }
}
