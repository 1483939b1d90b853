//! One step of building a sandbox.

use std::ffi::{CStr, CString};
use std::fmt;

use linux::mount::Links;
use spec::Size;

use crate::survey::Owner;

/// One step of building a sandbox. Paths inside are relative to the new root; printed, a step reads as what follows "to".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Name the host.
    Hostname(CString),
    /// Bring the loopback device up.
    Loopback,
    /// Make the root: an empty file system in memory, which also takes everything writable that dies with the run.
    Root {
        /// Its size; `None`: as much as there is memory.
        size: Option<Size>,
        /// How many files it has room for; `None`: as many as its size allows.
        files: Option<u64>,
    },
    /// Make a directory.
    Directory {
        /// Where.
        path: CString,
        /// Permissions.
        mode: u32,
    },
    /// Write a file.
    File {
        /// Where.
        path: CString,
        /// All of it.
        content: Vec<u8>,
    },
    /// Make a symbolic link.
    Link {
        /// Where.
        path: CString,
        /// To what.
        target: CString,
    },
    /// Make a directory that stays writable when the root is sealed.
    Writable {
        /// Where.
        path: CString,
        /// Permissions.
        mode: u32,
    },
    /// Show such a directory a second time.
    Again {
        /// Where.
        path: CString,
        /// Which.
        of: CString,
    },
    /// Show a path of the host.
    Bind(Bind),
    /// Show a directory of the host with a writable layer over it.
    Overlay(Overlay),
    /// Mount a fresh `/proc`.
    Proc,
    /// Mount pseudoterminals of our own.
    Terminals,
    /// Hide a file or directory, where there is one.
    Mask {
        /// Where.
        path: CString,
        /// Whether it is a directory.
        directory: bool,
        /// What it would give away.
        why: &'static str,
    },
    /// Make a directory of `/proc` read-only, where there is one.
    Protect {
        /// Where.
        path: CString,
        /// What it would let be changed.
        why: &'static str,
    },
    /// Make the root read-only.
    Seal,
    /// Change to the new root and let the old one go.
    Pivot,
}

/// A path of the host to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// On the host.
    pub source: CString,
    /// Whether links on the way are followed: not where the path was resolved and checked before.
    pub links: Links,
    /// Inside.
    pub path: CString,
    /// Whether its place is made where it is missing. Not in what of the host can be written to: it would be left there.
    pub make: bool,
    /// Whether it is a directory.
    pub directory: bool,
    /// Whether nothing can be changed through it.
    pub read_only: bool,
    /// Whether it is a device node.
    pub device: bool,
    /// The owner on disk whose files are to be the sandbox's own, if owners are to be translated.
    pub owner: Option<Owner>,
}

/// A directory of the host with a writable layer over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// The directory below, on the host: a path without links.
    pub lower: CString,
    /// Where the layer is.
    pub layer: Layer,
    /// Inside.
    pub path: CString,
    /// Whether its place is made where it is missing.
    pub make: bool,
    /// The owner on disk whose files are to be the sandbox's own, if owners are to be translated.
    pub owner: Option<Owner>,
}

/// Where the writable layer of an overlay is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// A directory of the host with `upper` and `work` in it.
    Kept(CString),
    /// A directory of the root, made for it: it dies with the run.
    Scratch(CString),
}

impl Step {
    /// Whether it needs nothing but the namespaces: no id, no root, nothing of the host.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self, Self::Hostname(_) | Self::Loopback)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hostname(name) => write!(f, "name the host {}", text(name)),
            Self::Loopback => f.write_str("bring up the loopback device"),
            Self::Root { size, files } => {
                f.write_str("make an empty root in memory, ")?;
                match size {
                    Some(size) => write!(f, "of {size}")?,
                    None => f.write_str("without a bound")?,
                }
                files.map_or(Ok(()), |files| write!(f, " and {files} files"))
            }
            Self::Directory { path, mode } => write!(f, "make the directory /{} ({mode:04o})", text(path)),
            Self::File { path, content } => write!(f, "write /{} ({} bytes)", text(path), content.len()),
            Self::Link { path, target } => write!(f, "link /{} to {}", text(path), text(target)),
            Self::Writable { path, mode } => write!(f, "make the writable directory /{} ({mode:04o})", text(path)),
            Self::Again { path, of } => write!(f, "show /{} at /{}", text(of), text(path)),
            Self::Bind(bind) => bind.fmt(f),
            Self::Overlay(overlay) => overlay.fmt(f),
            Self::Proc => f.write_str("mount a fresh /proc"),
            Self::Terminals => f.write_str("mount pseudoterminals at /dev/pts"),
            Self::Mask { path, why, .. } => write!(f, "hide /{}: {why}", text(path)),
            Self::Protect { path, why } => write!(f, "make /{} read-only: {why}", text(path)),
            Self::Seal => f.write_str("make the root read-only"),
            Self::Pivot => f.write_str("change to the new root and let the old one go"),
        }
    }
}

impl fmt::Display for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = if self.read_only { "read-only" } else { "writable" };
        let access = if self.device { "as a device" } else { access };
        let owners = if self.owner.is_some() { ", owners translated" } else { "" };
        match text(&self.source) {
            source if source.strip_prefix('/') == Some(&text(&self.path)) => {
                write!(f, "show {source} {access}{owners}")
            }
            source => write!(f, "show {source} at /{} {access}{owners}", text(&self.path)),
        }
    }
}

impl fmt::Display for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owners = if self.owner.is_some() { ", owners translated" } else { "" };
        let layer = match &self.layer {
            Layer::Kept(layer) => format!("changes kept in {}", text(layer)),
            Layer::Scratch(_) => "changes in memory".to_owned(),
        };
        write!(f, "show {} at /{} copy-on-write, {layer}{owners}", text(&self.lower), text(&self.path))
    }
}

fn text(string: &CStr) -> std::borrow::Cow<'_, str> {
    string.to_string_lossy()
}
