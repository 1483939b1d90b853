//! Who is to own what is made for a sandbox.

/// Who is to own what is made for a sandbox: ids of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}
