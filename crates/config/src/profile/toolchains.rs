//! Which language runtimes a sandbox is shown.

/// Which language runtimes a sandbox is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Toolchains {
    /// The system's, and those that the caller's `PATH` leads to.
    #[default]
    Path,
    /// The system's only: nothing of the home directory at all.
    System,
}

impl Toolchains {
    /// All with the names users write.
    pub(crate) const ALL: [(&'static str, Self); 2] = [("path", Self::Path), ("system", Self::System)];

    /// The name users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::System => "system",
        }
    }
}
