//! The profiles that come with aisbx.

/// Name and text of each, in the order in which they are listed.
pub(crate) const BUILT_IN: [(&str, &str); 8] = [
    ("python-dev", include_str!("../../profiles/python-dev.yaml")),
    ("node-dev", include_str!("../../profiles/node-dev.yaml")),
    ("go-dev", include_str!("../../profiles/go-dev.yaml")),
    ("rust-dev", include_str!("../../profiles/rust-dev.yaml")),
    ("java-dev", include_str!("../../profiles/java-dev.yaml")),
    ("dev", include_str!("../../profiles/dev.yaml")),
    ("strict", include_str!("../../profiles/strict.yaml")),
    ("minimal", include_str!("../../profiles/minimal.yaml")),
];
