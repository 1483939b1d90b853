//! Reaching out: over the network, to Unix sockets, and through kinds of sockets that nobody needs.

use std::ffi::{OsStr, OsString};
use std::io::{self, IoSlice, Read, Write};
use std::net::{SocketAddr as InternetAddress, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::Duration;

use crate::Probe;
use crate::arguments::{Usage, any, number, path, text};
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::{Json, hex};

/// Sockets.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "tcp", arguments: "ADDRESS:PORT (connects)", run: tcp },
    Probe { name: "udp", arguments: "ADDRESS:PORT TEXT (sends)", run: udp },
    Probe { name: "unix", arguments: "PATH (connects and reads a greeting)", run: unix },
    Probe { name: "abstract", arguments: "NAME (connects and reads a greeting)", run: abstract_name },
    Probe { name: "unix-pair", arguments: "PATH (listens and connects to itself)", run: unix_pair },
    Probe { name: "abstract-pair", arguments: "NAME (listens and connects to itself)", run: abstract_pair },
    Probe { name: "loopback", arguments: "ADDRESS (listens there and connects to itself)", run: loopback },
    Probe { name: "listen", arguments: "ADDRESS:PORT", run: listen },
    Probe { name: "socket", arguments: "FAMILY TYPE PROTOCOL (numbers)", run: socket },
    Probe { name: "socketpair", arguments: "FAMILY TYPE PROTOCOL (numbers)", run: socketpair },
    Probe { name: "oob", arguments: "(urgent data on a Unix socket)", run: out_of_band },
];

/// Nothing is awaited longer: what does not answer by then does not answer.
const PATIENCE: Duration = Duration::from_secs(3);

fn fact(subject: impl AsRef<OsStr>, result: io::Result<Json>) -> Result<Answer, Usage> {
    Ok(Fact::new(subject, result.map_err(Failure::from)).into())
}

fn address(arguments: &[OsString]) -> Result<InternetAddress, Usage> {
    let given = text(arguments, 0)?;
    given.parse().map_err(|_| Usage(format!("`{given}` is not ADDRESS:PORT")))
}

fn tcp(arguments: &[OsString]) -> Result<Answer, Usage> {
    let address = address(arguments)?;
    fact(any(arguments, 0)?, TcpStream::connect_timeout(&address, PATIENCE).map(|_| Json::Null))
}

fn udp(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (address, message) = (address(arguments)?, text(arguments, 1)?);
    let any_local = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let sent = UdpSocket::bind(any_local).and_then(|socket| socket.send_to(message.as_bytes(), address));
    fact(any(arguments, 0)?, sent.map(Json::number))
}

fn greeting(stream: io::Result<UnixStream>) -> io::Result<Json> {
    let mut stream = stream?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut bytes = [0; 256];
    let read = stream.read(&mut bytes)?;
    Ok(Json::text(bytes.get(..read).unwrap_or_default()))
}

fn unix(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    fact(path, greeting(UnixStream::connect(path)))
}

fn abstract_name(arguments: &[OsString]) -> Result<Answer, Usage> {
    let name = any(arguments, 0)?;
    let address = SocketAddr::from_abstract_name(name.as_bytes());
    fact(name, greeting(address.and_then(|address| UnixStream::connect_addr(&address))))
}

fn unix_pair(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    fact(path, SocketAddr::from_pathname(path).and_then(|address| talk(&address)))
}

fn abstract_pair(arguments: &[OsString]) -> Result<Answer, Usage> {
    let name = any(arguments, 0)?;
    fact(name, SocketAddr::from_abstract_name(name.as_bytes()).and_then(|address| talk(&address)))
}

fn talk(address: &SocketAddr) -> io::Result<Json> {
    let listener = UnixListener::bind_addr(address)?;
    let mut here = UnixStream::connect_addr(address)?;
    let (mut there, _) = listener.accept()?;
    exchange(&mut here, &mut there)
}

fn exchange(here: &mut impl Write, there: &mut impl Read) -> io::Result<Json> {
    here.write_all(b"hello")?;
    let mut heard = [0; 5];
    there.read_exact(&mut heard)?;
    Ok(Json::text(heard))
}

fn loopback(arguments: &[OsString]) -> Result<Answer, Usage> {
    let address = text(arguments, 0)?;
    let ip: std::net::IpAddr = address.parse().map_err(|_| Usage(format!("`{address}` is no address")))?;
    let talked = TcpListener::bind((ip, 0)).and_then(|listener| {
        let mut here = TcpStream::connect_timeout(&listener.local_addr()?, PATIENCE)?;
        let (mut there, _) = listener.accept()?;
        exchange(&mut here, &mut there)
    });
    fact(address, talked)
}

fn listen(arguments: &[OsString]) -> Result<Answer, Usage> {
    let address = address(arguments)?;
    fact(any(arguments, 0)?, TcpListener::bind(address).map(|_| Json::Null))
}

fn socket(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (family, kind, protocol) = (number(arguments, 0)?, number(arguments, 1)?, number(arguments, 2)?);
    // SAFETY: takes numbers only.
    let made = checked(unsafe { libc::socket(family, kind, protocol) }).map(|descriptor| {
        // SAFETY: the kernel just gave us this descriptor, and nobody else owns it.
        drop(unsafe { OwnedFd::from_raw_fd(descriptor as i32) });
        Json::Null
    });
    Ok(Fact::new(format!("{family} {kind} {protocol}"), made).into())
}

fn socketpair(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (family, kind, protocol) = (number(arguments, 0)?, number(arguments, 1)?, number(arguments, 2)?);
    let mut pair = [-1; 2];
    // SAFETY: the array has the size that the call fills; the process ends at once and closes what it got.
    let made = checked(unsafe { libc::socketpair(family, kind, protocol, pair.as_mut_ptr()) });
    Ok(Fact::new(format!("{family} {kind} {protocol}"), made.map(|_| Json::Null)).into())
}

fn out_of_band(_: &[OsString]) -> Result<Answer, Usage> {
    let sent = UnixStream::pair().map_err(Failure::from).and_then(|(here, _there)| {
        let byte = IoSlice::new(b"!");
        // SAFETY: the one byte outlives the call.
        checked(unsafe { libc::send(here.as_raw_fd(), byte.as_ptr().cast(), byte.len(), libc::MSG_OOB) } as i64)
    });
    Ok(Fact::new(hex(b"!"), sent.map(Json::Number)).into())
}
