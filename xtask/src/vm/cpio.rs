//! An archive of the form that the kernel unpacks at its start (`newc`, its `early-userspace/buffer-format`).

/// An archive that grows; everything in it is root's.
#[derive(Default)]
pub(super) struct Archive {
    bytes: Vec<u8>,
    /// What has no number of its own is taken for a hard link.
    last: u32,
}

const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const END: &str = "TRAILER!!!";

impl Archive {
    pub(super) fn folder(mut self, name: &str) -> Self {
        self.entry(name, FOLDER, &[]);
        self
    }

    pub(super) fn program(mut self, name: &str, content: &[u8]) -> Self {
        self.entry(name, PROGRAM, content);
        self
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        self.entry(END, 0, &[]);
        self.bytes
    }

    fn entry(&mut self, name: &str, mode: u32, content: &[u8]) {
        self.last += 1;
        let (number, length) = (u64::from(self.last), |it: usize| u64::try_from(it).unwrap_or(u64::MAX));
        // Number, mode, user, group, links, time, size, two devices of two numbers each, length of the name, sum.
        let fields = [number, mode.into(), 0, 0, 1, 0, length(content.len()), 0, 0, 0, 0, length(name.len()) + 1, 0];
        self.bytes.extend(b"070701");
        fields.iter().for_each(|field| self.bytes.extend(format!("{field:08x}").bytes()));
        self.bytes.extend(name.bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::Archive;

    #[test]
    fn an_entry_is_a_header_a_name_and_a_content_in_fours() {
        let bytes = Archive::default().program("init", b"hello").end();
        let text = String::from_utf8(bytes).expect("text");
        let header = "070701000000010000\
                      81ed00000000000000000000000100000000000000050000000000000000000000000000000000000005\
                      00000000init\0\0";
        assert_eq!(&text[..116], header);
        assert_eq!(&text[116..124], "hello\0\0\0");
        assert!(text[124..].starts_with("070701") && text.contains("TRAILER!!!"));
        assert_eq!(text.len() % 4, 0);
    }
}
