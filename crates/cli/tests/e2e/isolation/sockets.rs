//! Servers of the host cannot be reached: not over the network, not by path, not by abstract name.

use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use crate::harness::{World, outside, unique};

/// Greets everybody who comes, until the test process ends.
fn greet(listener: UnixListener) {
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // Who hangs up early misses the greeting.
            let _ = stream.write_all(b"welcome");
        }
    });
}

#[test]
fn abstract_sockets_of_the_host_are_out_of_reach() {
    let world = World::new();
    let name = unique("aisbx-e2e-abstract");
    let address = SocketAddr::from_abstract_name(&name).expect("a name");
    greet(UnixListener::bind_addr(&address).expect("listen"));
    assert_eq!(outside(["abstract", &name]).works().text(), "welcome");
    world.sandbox().probe(["abstract", &name]).answers("ECONNREFUSED");
    assert_eq!(world.sandbox().probe(["abstract-pair", &name]).works().text(), "hello", "its own work");
}

#[test]
fn sockets_by_path_are_out_of_reach() {
    let world = World::new();
    for below in ["socket", "home/.agent", "tmp/docker.sock", "workspace/server.sock"] {
        let path = world.path(below);
        greet(UnixListener::bind(&path).expect("listen"));
        assert_eq!(outside(["unix", &path]).works().text(), "welcome");
        let found = world.sandbox().workspace("cow").probe(["unix", &path]);
        assert!(["ENOENT", "ECONNREFUSED", "EACCES"].contains(&found.answer()), "{below}: {found:?}");
    }
    let found = world.sandbox().workspace("cow").probe(["unix", "/workspace/server.sock"]);
    assert!(["ECONNREFUSED", "EACCES"].contains(&found.answer()), "{found:?}");
    assert_eq!(world.sandbox().probe(["unix-pair", "/tmp/own.sock"]).works().text(), "hello", "its own work");
}

#[test]
fn well_known_sockets_of_the_host_are_not_there() {
    let world = World::new();
    for path in [
        "/run/docker.sock",
        "/var/run/docker.sock",
        "/run/dbus/system_bus_socket",
        "/run/systemd/private",
        "/tmp/.X11-unix",
        "/run/user",
    ] {
        world.sandbox().probe(["stat", path]).answers("ENOENT");
    }
}

#[test]
fn loopback_servers_of_the_host_are_out_of_reach() {
    let world = World::new();
    for host in ["127.0.0.1", "[::1]"] {
        let listener = TcpListener::bind(format!("{host}:0")).expect("listen");
        let address = listener.local_addr().expect("an address").to_string();
        outside(["tcp", &address]).works();
        world.sandbox().probe(["tcp", &address]).answers("ECONNREFUSED");
        let shared = world.sandbox().bare().profile("dev").flags(["--net", "host"]);
        shared.probe(["tcp", &address]).works();
    }
}

#[test]
fn datagrams_do_not_leave() {
    let world = World::new();
    let socket = UdpSocket::bind("127.0.0.1:0").expect("bind");
    socket.set_nonblocking(true).expect("do not wait");
    let address = socket.local_addr().expect("an address").to_string();
    outside(["udp", &address, "from outside"]).works();
    let mut heard = [0; 64];
    assert_eq!(socket.recv(&mut heard).expect("control: it arrives"), "from outside".len());
    world.sandbox().probe(["udp", &address, "from inside"]);
    assert_eq!(socket.recv(&mut heard).expect_err("nothing arrives").kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn there_is_no_way_to_anywhere() {
    let world = World::new();
    for address in
        ["192.0.2.1:80", "169.254.169.254:80", "8.8.8.8:53", "10.0.0.1:22", "[2001:db8::1]:443", "[fd00:ec2::254]:80"]
    {
        world.sandbox().probe(["tcp", address]).answers("ENETUNREACH");
        world.sandbox().probe(["udp", address, "x"]).answers("ENETUNREACH");
    }
}

#[test]
fn each_sandbox_has_a_loopback_of_its_own() {
    let world = World::new();
    for address in ["127.0.0.1", "::1"] {
        assert_eq!(world.sandbox().probe(["loopback", address]).works().text(), "hello");
    }
    let line = "python3 -c 'import socket; s=socket.create_server((\"127.0.0.1\", 18080)); print(\"up\", flush=True); s.accept()'";
    let mut first = world.sandbox().start(["sh", "-c", line]);
    assert_eq!(first.line(), "up");
    world.sandbox().probe(["listen", "127.0.0.1:18080"]).works();
    world.sandbox().probe(["tcp", "127.0.0.1:18080"]).answers("ECONNREFUSED");
}

#[test]
fn urgent_data_on_unix_sockets_is_refused() {
    let world = World::new();
    outside(["oob"]).works();
    let found = world.sandbox().probe(["oob"]);
    // Not refused is reported, not failed: a kernel without CVE-2025-38236 may keep it (Linux 6.15.5, 6.12.36).
    assert!(["ok", "EPERM", "EOPNOTSUPP"].contains(&found.answer()), "{found:?}");
}
