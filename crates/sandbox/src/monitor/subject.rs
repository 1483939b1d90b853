//! What a refused call was about: who made it, and its arguments in words. All of it comes from whoever is refused, and may have
//! changed since: it is told, and nothing depends on it.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;

use linux::seccomp::Call;
use rustix::process::Pid;

/// How much of a text is told.
const TEXT: usize = 256;

/// What an argument is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A text, by its address.
    Text,
    Number,
    Hexadecimal,
    Octal,
    /// One of these.
    One(&'static [(u64, &'static str)]),
    /// Any of these bits.
    Bits(&'static [(u64, &'static str)]),
}

use Kind::{Bits, Hexadecimal, Number, Octal, One, Text};

const NAMESPACES: Kind = Bits(&[
    (0x80, "CLONE_NEWTIME"),
    (0x0002_0000, "CLONE_NEWNS"),
    (0x0200_0000, "CLONE_NEWCGROUP"),
    (0x0400_0000, "CLONE_NEWUTS"),
    (0x0800_0000, "CLONE_NEWIPC"),
    (0x1000_0000, "CLONE_NEWUSER"),
    (0x2000_0000, "CLONE_NEWPID"),
    (0x4000_0000, "CLONE_NEWNET"),
]);

/// Without the time namespace, where the lowest byte of `clone` is a signal.
const NAMESPACES_OF_CLONE: Kind = match NAMESPACES {
    Bits(all) => Bits(all.split_at(1).1),
    other => other,
};

const FAMILIES: Kind = One(&[
    (1, "AF_UNIX"),
    (2, "AF_INET"),
    (10, "AF_INET6"),
    (15, "AF_KEY"),
    (16, "AF_NETLINK"),
    (17, "AF_PACKET"),
    (29, "AF_CAN"),
    (31, "AF_BLUETOOTH"),
    (38, "AF_ALG"),
    (40, "AF_VSOCK"),
    (44, "AF_XDP"),
]);

const PTRACE: Kind = One(&[
    (0, "PTRACE_TRACEME"),
    (1, "PTRACE_PEEKTEXT"),
    (2, "PTRACE_PEEKDATA"),
    (4, "PTRACE_POKETEXT"),
    (5, "PTRACE_POKEDATA"),
    (16, "PTRACE_ATTACH"),
    (0x4206, "PTRACE_SEIZE"),
]);

const REQUESTS: Kind = One(&[(0x5412, "TIOCSTI"), (0x541C, "TIOCLINUX"), (0x5423, "TIOCSETD")]);

/// Which arguments of a call are told, and as what. Of calls that are not here, none.
const SIGNATURES: &[(&str, &[(usize, Kind)])] = &[
    ("acct", &[(0, Text)]),
    ("add_key", &[(0, Text), (1, Text)]),
    ("bpf", &[(0, Number)]),
    ("chmod", &[(0, Text), (1, Octal)]),
    ("chown", &[(0, Text), (1, Number), (2, Number)]),
    ("chroot", &[(0, Text)]),
    ("clone", &[(0, NAMESPACES_OF_CLONE)]),
    ("creat", &[(0, Text), (1, Octal)]),
    ("fchmod", &[(0, Number), (1, Octal)]),
    ("fchmodat", &[(1, Text), (2, Octal)]),
    ("fchmodat2", &[(1, Text), (2, Octal)]),
    ("fchownat", &[(1, Text), (2, Number), (3, Number)]),
    ("fsopen", &[(0, Text)]),
    ("fspick", &[(1, Text)]),
    ("ioctl", &[(0, Number), (1, REQUESTS)]),
    ("kcmp", &[(0, Number), (1, Number)]),
    ("keyctl", &[(0, Number)]),
    ("lchown", &[(0, Text), (1, Number), (2, Number)]),
    ("lsetxattr", &[(0, Text), (1, Text)]),
    ("mknod", &[(0, Text), (1, Octal)]),
    ("mknodat", &[(1, Text), (2, Octal)]),
    ("mount", &[(0, Text), (1, Text), (2, Text)]),
    ("mount_setattr", &[(1, Text)]),
    ("move_mount", &[(1, Text), (3, Text)]),
    ("mq_open", &[(0, Text)]),
    ("open", &[(0, Text), (1, Hexadecimal), (2, Octal)]),
    ("open_tree", &[(1, Text)]),
    ("openat", &[(1, Text), (2, Hexadecimal), (3, Octal)]),
    ("personality", &[(0, Hexadecimal)]),
    ("pidfd_getfd", &[(0, Number), (1, Number)]),
    ("pivot_root", &[(0, Text), (1, Text)]),
    ("prlimit64", &[(0, Number), (1, Number)]),
    ("process_vm_readv", &[(0, Number)]),
    ("process_vm_writev", &[(0, Number)]),
    ("ptrace", &[(0, PTRACE), (1, Number)]),
    ("request_key", &[(0, Text), (1, Text)]),
    ("setns", &[(0, Number), (1, NAMESPACES)]),
    ("setxattr", &[(0, Text), (1, Text)]),
    ("socket", &[(0, FAMILIES), (1, Number), (2, Number)]),
    ("socketpair", &[(0, FAMILIES), (1, Number), (2, Number)]),
    ("swapon", &[(0, Text)]),
    ("umount2", &[(0, Text)]),
    ("unshare", &[(0, NAMESPACES)]),
];

/// The process that made a call, by its name, and the arguments of that in words.
pub(super) fn of(name: &str, call: &Call) -> (String, String) {
    let kinds = SIGNATURES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, kinds)| kinds);
    let memory = kinds.iter().any(|(_, kind)| matches!(kind, Text)).then(|| Memory::of(call)).flatten();
    let told = kinds.iter().filter_map(|(index, kind)| Some(kind.told(*call.arguments.get(*index)?, memory.as_ref())));
    (name_of(call), told.collect::<Vec<_>>().join(", "))
}

/// The process whose thread made a call (proc_pid_status(5)).
pub(super) fn process(call: &Call) -> Option<Pid> {
    let mut status = String::new();
    open(call, "status")?.read_to_string(&mut status).ok()?;
    Pid::from_raw(status.lines().find_map(|line| line.strip_prefix("Tgid:"))?.trim().parse().ok()?)
}

/// The name of the process, as the kernel keeps it.
fn name_of(call: &Call) -> String {
    let mut name = Vec::new();
    // It is at most 16 bytes.
    let read = open(call, "comm").map(|file| file.take(64).read_to_end(&mut name));
    match read {
        Some(Ok(_)) => String::from_utf8_lossy(name.strip_suffix(b"\n").unwrap_or(&name)).into_owned(),
        _ => String::new(),
    }
}

fn open(call: &Call, file: &str) -> Option<File> {
    File::open(format!("/proc/{}/{file}", call.thread?.as_raw_nonzero())).ok()
}

/// The memory of whoever called, as far as no file is in it: reading a page of a file waits for the file's server, which may not
/// answer, and nothing of ours may wait for that.
struct Memory {
    file: File,
    maps: String,
}

impl Memory {
    fn of(call: &Call) -> Option<Self> {
        let mut maps = Vec::new();
        open(call, "maps")?.take(1 << 20).read_to_end(&mut maps).ok()?;
        Some(Self { file: open(call, "mem")?, maps: String::from_utf8_lossy(&maps).into_owned() })
    }

    /// Up to where there is no file from this address on; `None` if there is one, or nothing (proc_pid_maps(5)).
    fn end(&self, address: u64) -> Option<u64> {
        self.maps.lines().find_map(|line| {
            let mut fields = line.split_ascii_whitespace();
            let (from, to) = fields.next()?.split_once('-')?;
            let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
            let inode = fields.nth(3)?;
            ((from..to).contains(&address) && inode == "0").then_some(to)
        })
    }
}

impl Kind {
    fn told(self, value: u64, memory: Option<&Memory>) -> String {
        match self {
            Text => text(value, memory).map_or_else(|| "?".to_owned(), |text| format!("{text:?}")),
            // The kernel takes the lower half of numbers, with a sign.
            Number => (value as i32).to_string(),
            Hexadecimal => format!("{:#x}", value as u32),
            Octal => format!("{:#o}", value as u32),
            One(names) => {
                let found = names.iter().find(|(one, _)| *one == u64::from(value as u32));
                found.map_or_else(|| format!("{:#x}", value as u32), |(_, name)| (*name).to_owned())
            }
            Bits(names) => {
                let found: Vec<_> = names.iter().filter(|(bit, _)| value & bit != 0).map(|(_, name)| *name).collect();
                found.join("|")
            }
        }
    }
}

/// A text in the memory of whoever called, up to its end or as much as is told.
fn text(address: u64, memory: Option<&Memory>) -> Option<String> {
    let memory = memory?;
    let room = usize::try_from(memory.end(address)? - address).unwrap_or(TEXT).min(TEXT);
    let mut bytes = [0; TEXT];
    let read = memory.file.read_at(bytes.get_mut(..room)?, address).ok()?;
    let read = bytes.get(..read)?;
    let end = read.iter().position(|byte| *byte == 0).unwrap_or(read.len());
    Some(String::from_utf8_lossy(read.get(..end)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: [u64; 6]) -> Call {
        Call::of(std::process::id(), 0, arguments)
    }

    #[test]
    fn arguments_are_told_in_words() {
        // Not in a file, as constants are.
        let (source, target) = (c"/dev/sda".to_owned(), c"/mnt\n".to_owned());
        let arguments = [source.as_ptr() as u64, target.as_ptr() as u64, 0, 0, 0, 0];
        assert_eq!(of("mount", &call(arguments)).1, r#""/dev/sda", "/mnt\n", ?"#);
        assert_eq!(of("chroot", &call([c"/of/the/program".as_ptr() as u64, 0, 0, 0, 0, 0])).1, "?");
        assert_eq!(of("socket", &call([38, 5, 0, 0, 0, 0])).1, "AF_ALG, 5, 0");
        assert_eq!(of("socket", &call([99, 5, 0, 0, 0, 0])).1, "0x63, 5, 0");
        assert_eq!(of("unshare", &call([0x1002_0000, 0, 0, 0, 0, 0])).1, "CLONE_NEWNS|CLONE_NEWUSER");
        assert_eq!(of("clone", &call([0x1000_0091, 0, 0, 0, 0, 0])).1, "CLONE_NEWUSER", "the signal is no namespace");
        assert_eq!(of("chmod", &call([1, 0o4755, 0, 0, 0, 0])).1, "?, 0o4755");
        assert_eq!(of("ptrace", &call([16, u64::MAX, 0, 0, 0, 0])).1, "PTRACE_ATTACH, -1");
        assert_eq!(of("kexec_load", &call([0; 6])).1, "");
    }

    #[test]
    fn whoever_called_is_named() {
        assert!(!of("bpf", &call([0; 6])).0.is_empty());
        assert_eq!(of("bpf", &Call::of(u32::MAX, 0, [0; 6])).0, "");
    }
}
