//! The native driver: namespaces, mounts, capabilities and filters, set up by ourselves.

mod cgroup;
mod command;
mod confined;
mod idmap;
mod init;
mod message;
mod parent;
mod posture;
mod source;
mod target;
mod tree;

pub(crate) use cgroup::Cgroup;
pub(crate) use message::Message;
pub(crate) use parent::{Running, failure, proceed, start};
