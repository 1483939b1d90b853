//! The key `mounts`, and host paths in general.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use spec::{Access, Mount, Workspace};

use super::{Fault, Reader};
use crate::mount::{self, MountError};
use crate::yaml::{Entry, Mark, Node, Value};

/// What the keys of a mount are spellings of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Source,
    Target,
    Mode,
}

const PARTS: [(&str, Part); 5] = [
    ("source", Part::Source),
    ("host", Part::Source),
    ("target", Part::Target),
    ("guest", Part::Target),
    ("mode", Part::Mode),
];

const MODES: [(&str, Access); 3] = [("ro", Access::Ro), ("rw", Access::Rw), ("cow", Access::Cow)];

/// A mount as far as it has been read.
#[derive(Default)]
struct Draft {
    source: Option<PathBuf>,
    target: Option<PathBuf>,
    access: Option<Access>,
}

impl Reader {
    pub(crate) fn mounts(&mut self, entry: &Entry) {
        match &entry.node.value {
            Value::List(items) => items.iter().for_each(|item| self.mount(item)),
            _ => {
                let fault = Fault::Type { key: self.named(entry), wanted: "a list", found: entry.node.kind() };
                self.problem(entry.node.mark, fault);
            }
        }
    }

    fn mount(&mut self, node: &Node) {
        let before = self.problems.len();
        let draft = match &node.value {
            Value::Map(entries) => self.mount_map(entries),
            _ => self.mount_text(node),
        };
        // What is missing because it is wrong has been told already.
        if self.problems.len() > before {
            return;
        }
        match (draft.source, draft.target) {
            (None, _) => self.problem(node.mark, Fault::MountPart { missing: "source" }),
            (_, None) => self.problem(node.mark, Fault::MountPart { missing: "target" }),
            (Some(source), Some(target)) => self.keep(source, target, draft.access, node.mark),
        }
    }

    /// A mount at the workspace's own place is the workspace; a mode there is a spelling of its access.
    fn keep(&mut self, source: PathBuf, target: PathBuf, access: Option<Access>, mark: Mark) {
        if self.profile.mounts.iter().any(|mount| mount.value.target == target) {
            return self.problem(mark, Fault::Mount(MountError::Duplicate(target)));
        }
        if target == Path::new(Workspace::TARGET) {
            return self.keep_workspace(source, target, access, mark);
        }
        let mount = Mount { source, target, access: access.unwrap_or(Access::Ro) };
        let mount = self.sourced(mount, mark);
        self.profile.mounts.push(mount);
    }

    fn keep_workspace(&mut self, source: PathBuf, target: PathBuf, access: Option<Access>, mark: Mark) {
        if self.profile.workspace.is_some() {
            return self.problem(mark, Fault::Mount(MountError::Duplicate(target)));
        }
        self.profile.workspace = Some(self.sourced(source, mark));
        if let Some(access) = access
            && self.once_as("workspace access", format!("mode of the mount at {}", Workspace::TARGET), mark)
        {
            self.profile.access = Some(self.sourced(access, mark));
        }
    }

    fn mount_map(&mut self, entries: &[Entry]) -> Draft {
        let mut draft = Draft::default();
        let mut given: Vec<(Part, &Entry)> = Vec::new();
        for entry in entries {
            let Some((_, part)) = PARTS.iter().find(|(name, _)| *name == entry.key) else {
                self.unknown(entry, PARTS.iter().map(|(name, _)| *name).collect());
                continue;
            };
            if let Some((_, first)) = given.iter().find(|(known, _)| known == part) {
                let fault = Fault::Twice { key: entry.key.clone(), first_key: first.key.clone(), first: first.mark };
                self.problem(entry.mark, fault);
                continue;
            }
            given.push((*part, entry));
            match part {
                Part::Source => draft.source = self.text(entry).and_then(|text| self.host_path(text, entry.node.mark)),
                Part::Target => draft.target = self.text(entry).and_then(|text| self.target(text, entry.node.mark)),
                Part::Mode => draft.access = self.word(entry, &MODES).map(|access| access.value),
            }
        }
        draft
    }

    /// The spelling of the command line: `SOURCE:TARGET[:MODE]`.
    fn mount_text(&mut self, node: &Node) -> Draft {
        let Some(text) = self.node_text("mounts".to_owned(), node) else { return Draft::default() };
        match mount::split(OsStr::new(text)) {
            Ok((source, target, access)) => Draft {
                source: source.to_str().and_then(|source| self.host_path(source, node.mark)),
                target: target.to_str().and_then(|target| self.target(target, node.mark)),
                access,
            },
            Err(error) => {
                self.problem(node.mark, Fault::Mount(error));
                Draft::default()
            }
        }
    }

    fn target(&mut self, text: &str, mark: Mark) -> Option<PathBuf> {
        mount::check_target(Path::new(text)).map_err(|error| self.problem(mark, Fault::Mount(error))).ok()
    }

    /// A path on the host: `~` is the home directory, a relative path starts at the profile's own directory.
    pub(super) fn host_path(&mut self, text: &str, mark: Mark) -> Option<PathBuf> {
        let below_home = if text == "~" { Some("") } else { text.strip_prefix("~/") };
        let path = match (below_home, &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            (Some(_), None) => {
                self.problem(mark, Fault::NoHome(text.to_owned()));
                return None;
            }
            (None, _) => self.source.directory().join(text),
        };
        Some(path.components().collect())
    }
}
