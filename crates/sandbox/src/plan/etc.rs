//! The synthetic files of `/etc`: what programs look up, and nothing of the host's.

use spec::{Identity, Network};

/// The name of the host inside.
pub(super) const HOSTNAME: &str = "sandbox";

/// Name below `/etc` and content of every file.
pub(super) fn files(identity: &Identity, network: Network, resolver: &[u8]) -> [(&'static str, Vec<u8>); 6] {
    let Identity { name, id, home } = identity;
    let home = home.display();
    let resolver = match network {
        Network::None => b"# This sandbox has no network.\n".to_vec(),
        Network::Host => resolver.to_vec(),
    };
    [
        (
            "passwd",
            format!(
                "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n{name}:x:{id}:{id}:{name}:{home}:/bin/sh\n\
                 nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
            )
            .into_bytes(),
        ),
        ("group", format!("root:x:0:\n{name}:x:{id}:\nnogroup:x:65534:\n").into_bytes()),
        ("hostname", format!("{HOSTNAME}\n").into_bytes()),
        ("hosts", format!("127.0.0.1 localhost {HOSTNAME}\n::1 localhost ip6-localhost {HOSTNAME}\n").into_bytes()),
        ("nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files dns\n".to_vec()),
        ("resolv.conf", resolver),
    ]
}
