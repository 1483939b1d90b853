//! What is taken from the host: mount trees and directories, opened before the root changes.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use linux::mount::{Attributes, Links, copy_mount, copy_tree, find, set_attributes};
use linux::{Errno, Result};

use super::idmap::Idmaps;
use crate::Step;
use crate::plan::{Bind, Layer, Overlay};

/// What one step takes from the host.
#[derive(Debug)]
pub(super) enum Source {
    /// A detached tree, ready to be attached.
    Tree(OwnedFd),
    /// The lower directory of an overlay, and where its layer is kept, if on the host.
    Lower(OwnedFd, Option<OwnedFd>),
    /// Nothing.
    Nothing,
}

/// Opens what a step takes. As root it must be done before the change of user: paths may be open to root alone, and only
/// root may translate owners.
pub(super) fn open(step: &Step, idmaps: Option<&Idmaps>) -> Result<Source> {
    match step {
        Step::Bind(bind) => bound(bind, idmaps).map(Source::Tree),
        Step::Overlay(overlay) => lower(overlay, idmaps),
        _ => Ok(Source::Nothing),
    }
}

fn bound(bind: &Bind, idmaps: Option<&Idmaps>) -> Result<OwnedFd> {
    let tree = copy_tree(&bind.source, bind.links)?;
    let idmap = bind.owner.and_then(|owner| idmaps?.get(owner));
    let mut attributes = Attributes { read_only: bind.read_only, no_setuid: true, no_devices: !bind.device, idmap };
    match set_attributes(&tree, &attributes) {
        // Not every file system can translate owners. To read, what everybody may read is enough.
        Err(Errno::INVAL | Errno::PERM) if idmap.is_some() && bind.read_only => {
            attributes.idmap = None;
            set_attributes(&tree, &attributes)?;
        }
        other => other?,
    }
    Ok(tree)
}

fn lower(overlay: &Overlay, idmaps: Option<&Idmaps>) -> Result<Source> {
    let (lower, layer): (OwnedFd, _) = match (overlay.owner.zip(idmaps), &overlay.layer) {
        (None, Layer::Kept(layer)) => (find(&overlay.lower, Links::Refused)?, Some(find(layer, Links::Followed)?)),
        (None, Layer::Scratch(_)) => (find(&overlay.lower, Links::Refused)?, None),
        (Some((owner, idmaps)), layer) => {
            let lower = copy_mount(&overlay.lower, Links::Refused)?;
            set_attributes(&lower, &Attributes { idmap: idmaps.get(owner), ..Attributes::default() })?;
            let layer = match layer {
                Layer::Kept(layer) => {
                    let layer = copy_mount(layer, Links::Followed)?;
                    set_attributes(&layer, &Attributes::default())?;
                    Some(layer)
                }
                Layer::Scratch(_) => None,
            };
            (lower, layer)
        }
    };
    Ok(Source::Lower(lower, layer))
}

impl Source {
    /// The descriptors it is made of, in the order in which [`Source::assemble`] takes them.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let (first, second) = match self {
            Self::Tree(tree) => (Some(tree), None),
            Self::Lower(lower, layer) => (Some(lower), layer.as_ref()),
            Self::Nothing => (None, None),
        };
        first.into_iter().chain(second).map(|descriptor| descriptor.as_fd())
    }

    /// The source of a step, from descriptors that somebody else opened.
    pub(super) fn assemble(step: &Step, mut next: impl FnMut() -> Result<OwnedFd>) -> Result<Self> {
        match step {
            Step::Bind(_) => next().map(Self::Tree),
            Step::Overlay(Overlay { layer: Layer::Scratch(_), .. }) => Ok(Self::Lower(next()?, None)),
            Step::Overlay(Overlay { layer: Layer::Kept(_), .. }) => Ok(Self::Lower(next()?, Some(next()?))),
            _ => Ok(Self::Nothing),
        }
    }

    /// Attaches what is still detached, so that an overlay may use it.
    pub(super) fn attach(&self, stage: &OwnedFd, privileged: bool) -> Result<()> {
        match self {
            Self::Lower(lower, layer) if privileged => {
                linux::mount::attach_on(lower, stage)?;
                layer.as_ref().map_or(Ok(()), |layer| linux::mount::attach_on(layer.as_fd(), stage))
            }
            _ => Ok(()),
        }
    }
}
