//! Restrictions for real, each in a process of its own: the same act in a free copy of it is the control.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::PathBuf;

use rustix::process::{Pid, getpid};
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities, set_no_new_privs};

use super::*;
use crate::Errno;
use crate::process::{Namespaces, Status, clone};

/// A directory with a file in it, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("aisbx-landlock-{}-{name}", getpid().as_raw_nonzero()));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("file"), "old").unwrap();
        Self(path)
    }

    fn open(&self) -> File {
        File::open(&self.0).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.0.join("file")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// What `act` meets in a process of its own that nothing restricts. It must not allocate: the copy may hold a lock of malloc.
fn freely(act: impl FnOnce() -> io::Result<()>) -> Result<()> {
    in_a_copy(|| Ok(()), act)
}

/// What `act` meets under these rules.
fn under(rules: Ruleset, act: impl FnOnce() -> io::Result<()>) -> Result<()> {
    let restrict = || {
        set_no_new_privs(true)?;
        rules.restrict_self()
    };
    in_a_copy(restrict, act)
}

fn in_a_copy(prepare: impl FnOnce() -> Result<()>, act: impl FnOnce() -> io::Result<()>) -> Result<()> {
    let child = clone(Namespaces::empty(), None, || match (prepare(), act) {
        (Err(_), _) => u8::MAX,
        (Ok(()), act) => act().map_or_else(|error| error.raw_os_error().unwrap_or(254) as u8, |()| 0),
    });
    match child.unwrap().wait().unwrap().status {
        Status::Exited(0) => Ok(()),
        Status::Exited(code) if code < 254 => Err(Errno::from_raw_os_error(code.into())),
        other => panic!("not restricted, or not the kernel's error: {other:?}"),
    }
}

fn version() -> u32 {
    abi().expect("this kernel has Landlock")
}

fn files() -> Handled {
    Handled { files: FileAccess::all(version()), network: NetworkAccess::empty(), scoped: Scope::empty() }
}

fn reading(place: &Place) -> Ruleset {
    let rules = Ruleset::new(&files()).unwrap();
    rules.allow_below(place.open().as_fd(), FileAccess::READ).unwrap();
    rules
}

/// What a kernel of this ABI or a later one denies so, and an older one lets pass.
fn denied_since(first: u32, errno: Errno) -> Result<()> {
    if version() >= first { Err(errno) } else { Ok(()) }
}

#[test]
fn what_lies_below_is_read_and_what_lies_elsewhere_is_not() {
    let (inside, outside) = (Place::new("inside"), Place::new("outside"));
    let open = |place: &Place| {
        let path = place.file();
        move || File::open(&path).map(drop)
    };
    assert_eq!(freely(open(&outside)), Ok(()));
    assert_eq!(under(reading(&inside), open(&inside)), Ok(()));
    assert_eq!(under(reading(&inside), open(&outside)), Err(Errno::ACCESS));
}

#[test]
fn what_is_only_read_is_neither_written_nor_cut_off() {
    let place = Place::new("read");
    let path = place.file();
    let write = || OpenOptions::new().write(true).open(&path).map(drop);
    assert_eq!(freely(write), Ok(()));
    assert_eq!(under(reading(&place), write), Err(Errno::ACCESS));

    let rules = Ruleset::new(&files()).unwrap();
    rules.allow_below(place.open().as_fd(), FileAccess::READ.and(FileAccess::WRITE_FILE)).unwrap();
    let cut = || OpenOptions::new().write(true).open(&path)?.set_len(0);
    assert_eq!(under(rules, cut), denied_since(3, Errno::ACCESS));
    assert_eq!(fs::read_to_string(&path).unwrap().is_empty(), version() < 3);
    assert_eq!(freely(cut), Ok(()));
}

#[test]
fn a_file_alone_can_be_allowed() {
    let place = Place::new("alone");
    let (path, other) = (place.file(), place.0.join("other"));
    fs::write(&other, "").unwrap();
    let write = |path: PathBuf| move || OpenOptions::new().write(true).open(&path).map(drop);
    let rules = || {
        let rules = Ruleset::new(&files()).unwrap();
        let file = File::open(&path).unwrap();
        assert_eq!(rules.allow_below(file.as_fd(), FileAccess::all(version())), Err(Errno::INVAL));
        rules.allow_below(file.as_fd(), FileAccess::all(version()).only_files()).unwrap();
        rules
    };
    assert_eq!(under(rules(), write(path.clone())), Ok(()));
    assert_eq!(freely(write(other.clone())), Ok(()));
    assert_eq!(under(rules(), write(other)), Err(Errno::ACCESS));
}

#[test]
fn a_rule_names_what_is_handled_and_something_at_all() {
    let place = Place::new("named");
    let handled = Handled { files: FileAccess::READ_FILE, ..files() };
    let rules = Ruleset::new(&handled).unwrap();
    assert_eq!(rules.allow_below(place.open().as_fd(), FileAccess::READ), Err(Errno::INVAL));
    assert_eq!(rules.allow_below(place.open().as_fd(), FileAccess::empty()), Err(Errno::NOMSG));
    assert_eq!(rules.allow_below(place.open().as_fd(), FileAccess::READ.within(handled.files)), Ok(()));
    let nothing = Handled { files: FileAccess::empty(), ..files() };
    assert_eq!(Ruleset::new(&nothing).unwrap_err(), Errno::NOMSG);
}

#[test]
fn all_that_is_known_of_the_kernel_is_taken_by_it() {
    Ruleset::new(&Handled::everything(version())).unwrap();
    assert_eq!(
        Handled::everything(0),
        Handled { files: FileAccess::empty(), network: NetworkAccess::empty(), scoped: Scope::empty() }
    );
    assert_eq!(FileAccess::all(1).0, 0x1FFF);
    assert_eq!(FileAccess::all(7).0, 0xFFFF);
}

#[test]
fn tcp_goes_to_allowed_ports_only() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let connect = || TcpStream::connect(address).map(drop);
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map(drop);
    let rules = || Ruleset::new(&Handled::everything(version())).unwrap();
    assert_eq!((freely(connect), freely(bind)), (Ok(()), Ok(())));
    assert_eq!(under(rules(), connect), denied_since(4, Errno::ACCESS));
    assert_eq!(under(rules(), bind), denied_since(4, Errno::ACCESS));
    if version() < 4 {
        assert_eq!(rules().allow_port(address.port(), NetworkAccess::CONNECT_TCP), Err(Errno::INVAL));
        return;
    }
    let allowed = rules();
    allowed.allow_port(address.port(), NetworkAccess::CONNECT_TCP).unwrap();
    assert_eq!(under(allowed, connect), Ok(()));
    let allowed = rules();
    allowed.allow_port(0, NetworkAccess::BIND_TCP).unwrap();
    assert_eq!(under(allowed, bind), Ok(()));
}

#[test]
fn udp_passes_by_older_kernels() {
    let bind = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map(drop);
    assert_eq!(freely(bind), Ok(()));
    let rules = Ruleset::new(&Handled::everything(version())).unwrap();
    assert_eq!(under(rules, bind), denied_since(10, Errno::ACCESS));
}

#[test]
fn signals_end_at_the_edge() {
    let outside = getpid();
    let probe = |pid: Pid| move || Ok(rustix::process::test_kill_process(pid)?);
    let rules = || Ruleset::new(&Handled::everything(version())).unwrap();
    assert_eq!(freely(probe(outside)), Ok(()));
    assert_eq!(under(rules(), probe(outside)), denied_since(6, Errno::PERM));
    assert_eq!(under(rules(), || probe(getpid())()), Ok(()));
}

#[test]
fn abstract_sockets_end_at_the_edge() {
    let name = format!("aisbx-landlock-{}", getpid().as_raw_nonzero());
    let address = SocketAddr::from_abstract_name(name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let connect = || UnixStream::connect_addr(&address).map(drop);
    let rules = Ruleset::new(&Handled::everything(version())).unwrap();
    assert_eq!(freely(connect), Ok(()));
    assert_eq!(under(rules, connect), denied_since(6, Errno::PERM));
}

#[test]
fn sockets_with_a_path_pass_by_older_kernels() {
    let place = Place::new("socket");
    let path = place.0.join("socket");
    let _listener = UnixListener::bind(&path).unwrap();
    let address = SocketAddr::from_pathname(&path).unwrap();
    let connect = || UnixStream::connect_addr(&address).map(drop);
    let rules = Ruleset::new(&Handled::everything(version())).unwrap();
    assert_eq!(freely(connect), Ok(()));
    assert_eq!(under(rules, connect), denied_since(9, Errno::ACCESS));
}

/// CAP_PERFMON, which CAP_SYS_ADMIN implies, reads the memory of others past every security module (Linux 6.15).
fn measuring_nobody() -> Result<()> {
    let mut held = capabilities(None)?;
    held.effective -= CapabilitySet::PERFMON | CapabilitySet::SYS_ADMIN;
    set_capabilities(None, held)
}

#[test]
fn processes_outside_keep_their_secrets_though_proc_is_readable() {
    let proc = File::open("/proc").unwrap();
    for name in ["environ", "maps", "mem", "auxv"] {
        let outside = format!("/proc/{}/{name}", getpid().as_raw_nonzero());
        let open =
            |path: String| move || measuring_nobody().map_err(Into::into).and_then(|()| File::open(&path).map(drop));
        let rules = || {
            let rules = Ruleset::new(&files()).unwrap();
            rules.allow_below(proc.as_fd(), FileAccess::READ).unwrap();
            rules
        };
        assert_eq!(freely(open(outside.clone())), Ok(()), "{name}");
        assert_eq!(under(rules(), open(outside)), Err(Errno::ACCESS), "{name}");
        assert_eq!(under(rules(), open(format!("/proc/self/{name}"))), Ok(()), "{name}");
    }
}

#[test]
fn restriction_asks_for_no_new_privileges() {
    let without = || {
        let none = CapabilitySet::empty();
        let none = CapabilitySets { effective: none, permitted: none, inheritable: none };
        set_capabilities(None, none)
    };
    let rules = || Ruleset::new(&Handled::everything(version())).unwrap();
    assert_eq!(in_a_copy(without, || Ok(rules().restrict_self()?)), Err(Errno::PERM));
    let with = || without().and_then(|()| set_no_new_privs(true));
    assert_eq!(in_a_copy(with, || Ok(rules().restrict_self()?)), Ok(()));
}
