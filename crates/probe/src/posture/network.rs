//! Interfaces, addresses and routes of the network namespace.

use std::fs;

use crate::json::Json;

/// What there is of a network.
pub(super) fn state() -> Json {
    Json::object([
        ("interfaces", interfaces()),
        ("loopback", Json::text(loopback())),
        ("routes", table("/proc/self/net/route", 1)),
        ("routes6", table("/proc/self/net/ipv6_route", 0)),
        ("addresses6", table("/proc/self/net/if_inet6", 0)),
    ])
}

/// The names of all interfaces.
fn interfaces() -> Json {
    let table = fs::read_to_string("/proc/self/net/dev").unwrap_or_default();
    let names = table.lines().skip(2).filter_map(|line| line.split_once(':'));
    Json::texts(names.map(|(name, _)| name.trim().to_owned()))
}

/// Whether loopback is up: an address of its network can be bound and reached.
fn loopback() -> &'static str {
    let up = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| std::net::TcpStream::connect(listener.local_addr()?))
        .is_ok();
    if up { "up" } else { "down" }
}

/// The rows of a table of the kernel, each with single spaces.
fn table(path: &str, headings: usize) -> Json {
    let text = fs::read_to_string(path).unwrap_or_default();
    let rows = text.lines().skip(headings).map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "));
    Json::texts(rows)
}
