//! The mount table.

use std::fs;

use crate::json::Json;

/// Every mount in order: where, what kind, how, and what of its file system.
pub(super) fn table() -> Json {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let text = String::from_utf8_lossy(&table).into_owned();
    Json::List(text.lines().filter_map(entry).collect())
}

/// One line of `/proc/self/mountinfo` (proc(5)): six fields, optional ones up to ` - `, then type, source and super options.
fn entry(line: &str) -> Option<Json> {
    let (mount, system) = line.split_once(" - ")?;
    let mut mount = mount.split(' ').skip(3);
    let (root, point, options) = (mount.next()?, mount.next()?, mount.next()?);
    let propagation: Vec<&str> = mount.collect();
    let mut system = system.split(' ');
    let (kind, source, super_options) = (system.next()?, system.next()?, system.next()?);
    Some(Json::object([
        ("point", Json::text(point)),
        ("type", Json::text(kind)),
        ("options", Json::text(options)),
        ("root", Json::text(root)),
        ("source", Json::text(source)),
        ("super", Json::text(super_options)),
        ("propagation", Json::text(propagation.join(" "))),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_table_is_taken_apart() {
        let line = "36 35 98:0 /mnt1 /mnt\\040two rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue";
        let expected = r#"{"point":"/mnt\\040two","type":"ext3","options":"rw,noatime","root":"/mnt1","source":"/dev/root","super":"rw,errors=continue","propagation":"master:1 shared:2"}"#;
        assert_eq!(entry(line).map(|entry| entry.to_string()).as_deref(), Some(expected));
    }
}
