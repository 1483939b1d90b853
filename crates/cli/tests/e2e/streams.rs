//! Standard streams pass through unchanged: binary, large, separate, and whatever state they are in at the start.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use rustix::fs::fcntl_getfl;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use serde_json::Value;

use crate::harness::{Fact, PROBE, Pty, Sandbox, World, outside, probe};

/// Every byte there is, in order.
fn every_byte() -> Vec<u8> {
    (0..=255).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn output_is_binary_safe_and_the_two_streams_stay_apart() {
    let world = World::new();
    let line = format!("{PROBE} raw {} stdout; {PROBE} raw {} stderr", hex(&every_byte()), hex(b"only errors\xff\x00"));
    let ended = world.sandbox().with_probe().sh(&line).success();
    assert_eq!(ended.stdout, every_byte());
    assert_eq!(ended.stderr, b"only errors\xff\x00");
}

#[test]
fn nothing_is_added_to_output_without_a_newline() {
    let world = World::new();
    let ended = world.sandbox().sh("printf no-newline; printf nor-here >&2").success();
    assert_eq!((ended.out().as_str(), ended.err().as_str()), ("no-newline", "nor-here"));
}

#[test]
fn a_hundred_megabytes_come_out_whole() {
    const BYTES: usize = 100_000_000;
    let world = World::new();
    let ended = world.sandbox().with_probe().run([PROBE, "fill", &BYTES.to_string()]).success();
    assert_eq!(ended.stdout.len(), BYTES);
    let wrong = ended.stdout.iter().enumerate().find(|(place, byte)| *place as u8 != **byte);
    assert_eq!(wrong, None, "the pattern is broken");
    assert_eq!(ended.err(), "");
}

#[test]
fn input_passes_whole_and_unchanged() {
    let world = World::new();
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let file = world.write("input", &bytes);
    let control = Command::new(probe()).arg("stdin").stdin(File::open(file).expect("open")).output().expect("run");
    let control = Fact::from_line(&control.stdout).works();
    let inside = world.sandbox().stdin(&bytes).probe(["stdin"]).works();
    assert_eq!(inside.detail(), control.detail());
    assert_eq!(inside.detail()["bytes"], Value::from(bytes.len()));
}

#[test]
fn input_ends_where_the_callers_ends() {
    let world = World::new();
    assert_eq!(world.sandbox().probe(["stdin"]).works().detail()["bytes"], 0);
    assert_eq!(world.sandbox().stdin("").probe(["stdin"]).works().detail()["bytes"], 0);
}

#[test]
fn a_command_need_not_read_its_input() {
    let world = World::new();
    world.sandbox().stdin(vec![b'x'; 5_000_000]).run(["true"]).success();
}

#[test]
fn output_is_seen_while_the_command_runs() {
    let world = World::new();
    let mut started = world.sandbox().start(["sh", "-c", "echo first; read answer; echo got $answer"]);
    assert_eq!(started.line(), "first");
    let mut stdin = started.child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, b"second\n").expect("write");
    assert_eq!(started.line(), "got second");
    started.end().success();
}

/// Runs the launcher by a line of shell in which `"$@"` is the call.
fn by_shell<'a>(sandbox: &Sandbox<'_>, line: &str, words: impl IntoIterator<Item = &'a str>) -> crate::harness::Ended {
    let call = sandbox.command(words);
    let mut shell = Command::new("bash");
    sandbox.settle(&mut shell);
    shell.args(["-c", line, "bash"]).arg(call.get_program()).args(call.get_args());
    shell.output().expect("run bash").into()
}

#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let world = World::new();
    let ended = by_shell(&world.sandbox(), r#""$@" | head -1; exit ${PIPESTATUS[0]}"#, ["yes"]);
    assert_eq!(ended.out(), "y\n");
    assert!(![0, 125].contains(&ended.code), "the command's end is told: {ended}");
    assert!(!ended.err().contains("panicked"), "{ended}");
}

#[test]
fn closed_streams_are_no_obstacle() {
    let world = World::new();
    for closed in ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"] {
        let ended = by_shell(&world.sandbox(), &format!(r#""$@" {closed}"#), ["sh", "-c", "cat; exit 7"]);
        assert_eq!(ended.code, 7, "{closed}: {ended}");
    }
}

#[test]
fn a_closed_stream_is_never_replaced_by_a_file_of_ours() {
    let world = World::new();
    let line = r#""$@" <&- >&- 2>&-"#;
    let ended = by_shell(&world.sandbox(), line, ["sh", "-c", "echo GARBAGE; echo GARBAGE >&2"]);
    assert!(!ended.err().contains("panicked"), "{ended}");
    let records = world.sandbox().ask("inspect", ["latest"]).success();
    assert_eq!(records.json()["record"]["command"][0], "sh", "the record is whole: {records}");
}

#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let world = World::new();
    let ended = by_shell(&world.sandbox(), r#""$@" >/dev/full"#, ["sh", "-c", "echo lost"]);
    assert!(!ended.err().contains("panicked"), "{ended}");
    assert_ne!(ended.code, 0, "output that was lost is no success: {ended}");
}

#[test]
fn whatever_standard_output_is_gets_all_of_it_and_stays_as_it_was() {
    const BYTES: usize = 300_000;
    let world = World::new();
    let run = |end: OwnedFd| {
        let mut call = world.sandbox().with_probe().command([PROBE, "fill", &BYTES.to_string()]);
        let flags = fcntl_getfl(&end).expect("flags");
        let status = call.stdout(end.try_clone().expect("copy a descriptor")).status().expect("run aisbx");
        assert_eq!(fcntl_getfl(&end).expect("flags"), flags, "others share it");
        assert!(status.success(), "{status}");
    };
    let (socket, peer) = UnixStream::pair().expect("a socket");
    let (pipe, writer) = std::io::pipe().expect("a pipe");
    let (master, terminal) = Pty::pair();
    let mut raw = tcgetattr(&terminal).expect("settings");
    raw.make_raw();
    tcsetattr(&terminal, OptionalActions::Now, &raw).expect("make it raw");
    for (reader, end) in [(OwnedFd::from(socket), peer.into()), (pipe.into(), writer.into()), (master.into(), terminal)]
    {
        let reader = std::thread::spawn(move || {
            let mut bytes = vec![0; BYTES];
            File::from(reader).read_exact(&mut bytes).expect("read");
            bytes
        });
        run(end);
        let bytes = reader.join().expect("the reader ends");
        assert_eq!(
            bytes.iter().enumerate().find(|(place, byte)| *place as u8 != **byte),
            None,
            "the pattern is broken"
        );
    }
    let log = world.write("log", "before\n");
    run(File::options().append(true).open(&log).expect("open").into());
    run(File::options().append(true).open(&log).expect("open").into());
    assert_eq!(fs::metadata(&log).expect("a file").len() as usize, "before\n".len() + 2 * BYTES);
}

#[test]
fn a_file_given_as_input_cannot_be_written() {
    let world = World::new();
    let given = world.write("given", "precious");
    fs::set_permissions(&given, fs::Permissions::from_mode(0o600)).expect("chmod");
    // Control: outside, whoever has the file open for reading can open it again for writing.
    let copy = world.write("copy", "precious");
    let control = Command::new(probe()).args(["reopen", "0", "OVER"]).stdin(File::open(&copy).expect("open")).output();
    Fact::from_line(&control.expect("run the probe").stdout).works();
    assert_eq!(world.read("copy"), "OVERious");

    let mut call = world.sandbox().with_probe().command([PROBE, "reopen", "0", "OVER"]);
    call.stdin(File::open(&given).expect("open")).output().expect("run aisbx");
    assert_eq!(world.read("given"), "precious");
    let mut call = world.sandbox().with_probe().command([PROBE, "truncate", "/proc/self/fd/0"]);
    call.stdin(File::open(&given).expect("open")).output().expect("run aisbx");
    assert_eq!(world.read("given"), "precious");
}

#[test]
fn a_file_given_for_output_cannot_be_read_or_cut() {
    let world = World::new();
    let log = world.write("log", "what was there before\n");
    fs::set_permissions(&log, fs::Permissions::from_mode(0o600)).expect("chmod");
    let append = || File::options().append(true).open(&log).expect("open");
    let line = format!(
        "exec 3>&1; timeout 1 {PROBE} read /proc/self/fd/3 >/tmp/fact; {PROBE} truncate /proc/self/fd/3 >>/tmp/fact; cat /tmp/fact"
    );
    let mut call = world.sandbox().with_probe().command(["sh", "-c", &line]);
    call.stdout(Stdio::from(append())).output().expect("run aisbx");
    let content = world.read("log");
    assert!(content.starts_with("what was there before\n"), "cut: {content}");
    assert_eq!(content.matches("what was there before").count(), 1, "read: {content}");
    assert!(content.contains(r#""probe":"truncate""#), "the probe ran: {content}");
}

#[test]
fn a_directory_given_as_input_is_no_way_out() {
    let world = World::new();
    let name = "planted-beside-the-workspace";
    world.write(name, "");
    let path = world.root().to_str().expect("UTF-8");
    assert!(outside(["list", path]).works().texts().contains(&name));
    let mut call = world.sandbox().with_probe().command([PROBE, "list", "/proc/self/fd/0/"]);
    let output = call.stdin(File::open(world.root()).expect("open")).output().expect("run aisbx");
    assert!(!String::from_utf8_lossy(&output.stdout).contains(name), "{output:?}");
}
