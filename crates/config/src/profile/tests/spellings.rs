//! The spellings that users write, and what is said of those they should not.

use super::given;
use crate::fixture::Fixture;

/// A file with this text, and what it means.
fn meaning(text: &str) -> String {
    let fixture = Fixture::new();
    fixture.write("project/p.yaml", text);
    given(&fixture, "./p.yaml")
}

#[test]
fn a_file_of_named_profiles() {
    let text = "profiles:
  mine:
    name: mine
    driver: bwrap
    cpu: \"1\"
    memory: 512m
    network:
      enabled: false
    mounts:
      - source: ./tree
        target: /workspace
        mode: rw
    environment:
      TERM: xterm
    seccomp: profiles/custom.json
";
    insta::assert_snapshot!(meaning(text), @"
    mine
    driver = bwrap (/project/p.yaml:4:5)
    cpu = 1 (/project/p.yaml:5:5)
    memory = 512m (/project/p.yaml:6:5)
    network = none (/project/p.yaml:7:5)
    workspace access = rw (/project/p.yaml:10:9)
    seccomp = /project/profiles/custom.json (/project/p.yaml:15:5)
    workspace source = /project/tree (/project/p.yaml:10:9)
    env TERM = xterm (/project/p.yaml:14:7)
    ");
}

#[test]
fn a_file_of_one_profile() {
    let text = "name: mine
driver: native
cpu: 0.5
mem: 256m
net: none
pids: 64
disk: 1g
mounts:
  - host: ./src
    guest: /workspace/src
    mode: ro
  - host: ~/data
    guest: /data
  - ./tmp:/workspace/tmp:rw
seccomp: /etc/filter.json
caps: []
lifetime: 300
env:
  - PYTHONUNBUFFERED=1
  - EMPTY=
  - PASSED
env_pass: [CI_*]
workdir: src
entrypoint: [\"/usr/bin/python3\", \"/workspace/src/main.py\"]
floor: {namespaces: required, landlock: preferred, cgroup: off}
";
    insta::assert_snapshot!(meaning(text), @"
    mine
    driver = native (/project/p.yaml:2:1)
    cpu = 0.5 (/project/p.yaml:3:1)
    memory = 256m (/project/p.yaml:4:1)
    pids = 64 (/project/p.yaml:6:1)
    disk = 1g (/project/p.yaml:7:1)
    lifetime = 5m (/project/p.yaml:17:1)
    network = none (/project/p.yaml:5:1)
    caps = none (/project/p.yaml:16:1)
    seccomp = /etc/filter.json (/project/p.yaml:15:1)
    workdir = src (/project/p.yaml:23:1)
    entrypoint = /usr/bin/python3 /workspace/src/main.py (/project/p.yaml:24:1)
    floor namespaces = required (/project/p.yaml:25:9)
    floor cgroup = off (/project/p.yaml:25:52)
    floor landlock = preferred (/project/p.yaml:25:31)
    mount /workspace/src = /project/src (ro) (/project/p.yaml:9:5)
    mount /data = /home/u/data (ro) (/project/p.yaml:12:5)
    mount /workspace/tmp = /project/tmp (rw) (/project/p.yaml:14:5)
    env PYTHONUNBUFFERED = 1 (/project/p.yaml:19:5)
    env EMPTY =  (/project/p.yaml:20:5)
    env_pass = PASSED (/project/p.yaml:21:5)
    env_pass = CI_* (/project/p.yaml:22:12)
    ");
}

#[test]
fn the_security_shorthand() {
    let loose =
        meaning("name: loose\nsecurity:\n  network: allow-egress\n  filesystem: relaxed\n  syscalls: development\n");
    let tight = meaning("name: tight\nsecurity:\n  network: deny-all\n  filesystem: read-only\n  syscalls: minimal\n");
    insta::assert_snapshot!(format!("{loose}\n{tight}"), @"
    loose
    network = host (allow-egress) (/project/p.yaml:3:3)
    workspace access = rw (/project/p.yaml:4:3)
    syscalls = development (/project/p.yaml:5:3)
    tight
    network = none (/project/p.yaml:3:3)
    workspace access = ro (/project/p.yaml:4:3)
    syscalls = minimal (/project/p.yaml:5:3)
    ");
}

#[test]
fn mistakes_are_told_with_place_and_way_out() {
    let texts = [
        "memroy: 1g",
        "quux: 1",
        "mem: 1g\ncpu: 1\nmemory: 2g",
        "net: none\nsecurity:\n  network: deny-all",
        "filesystem: ro\nmounts:\n  - {source: ., target: /workspace, mode: rw}",
        "cpu: 1\ncpu: 2",
        "timeout: 5s",
        "access: ro",
        "volumes: ['a:/a']",
        "command: [true]",
        "image: alpine",
        "env_pass: ['']",
        "lifetime: 1w",
        "cpu: fast",
        "cpu: [1]",
        "cpu:",
        "memory: lots",
        "memory: 0",
        "mem: 64k",
        "disk: 4k",
        "pids: 0",
        "pids: 4194304",
        "cpu_shares: 1",
        "cpu: 0.0001",
        "pids: 1.5",
        "lifetime: soon",
        "lifetime: 0s",
        "driver: bubblewrap",
        "network: nnone",
        "network: {enable: true}",
        "network: {enabled: maybe}",
        "network: {enabled: false, allow: [a.example]}",
        "filesystem: everything",
        "syscalls: [minimal]",
        "security: minimal",
        "security: {syscall: minimal}",
        "mounts: {}",
        "mounts: [{source: a}]",
        "mounts: [{target: /a}]",
        "mounts: [{source: a, host: b, target: /a}]",
        "mounts: [{source: a, target: /a, option: ro}]",
        "mounts: [{source: a, target: ../a}]",
        "mounts: [{source: a, target: /proc/sys}]",
        "mounts: [{source: a, target: /a, mode: rx}]",
        "mounts: ['a:/a', 'b:/a/']",
        "mounts: ['a']",
        "env: TERM",
        "env: {A: [1]}",
        "env: [=1]",
        "env: [A=1, A=2]",
        "env: {'A=B': 1}",
        "env_pass: ['*X']",
        "caps: NET_ADMIN",
        "entrypoint: []",
        "entrypoint: ['']",
        "workdir: ../x",
        "floor: {name_spaces: required}",
        "floor: {seccomp: always}",
        "extends: {}",
        "- cpu: 1",
        "just text",
        "profiles: [a]",
        "profiles: {a: {}}\ncpu: 1",
        "profiles: {a: 1}",
        "seccomp: \"a\\0b\"",
        "cpu: x\nmem: y\nnetwork: z\nzzzzzzzz: 1",
        "\"\\e[31m\\n\": 1",
    ];
    let all: Vec<_> = texts.iter().map(|text| format!("{text}\n{}\n", indent(&meaning(text)))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_profile_that_says_nothing_is_a_profile() {
    assert_eq!(meaning("name: quiet"), "quiet");
    assert_eq!(meaning("{}"), "p");
}

#[test]
fn limits_are_lifted_with_a_word() {
    insta::assert_snapshot!(meaning("cpu: unlimited\nmemory: unlimited\nlifetime: unlimited\n"), @"
    p
    cpu = unlimited (/project/p.yaml:1:1)
    memory = unlimited (/project/p.yaml:2:1)
    lifetime = unlimited (/project/p.yaml:3:1)
    ");
}
