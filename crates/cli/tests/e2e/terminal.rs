//! A terminal of the sandbox's own: as large as the caller's, following it, and no way into the caller's shell.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{Fact, PROBE, Pty, Sandbox, World, alive, eventually, probe, unique};

/// The last line that holds a fact.
fn fact(text: &str) -> Fact {
    let line = text.lines().rev().find_map(|line| line.find(r#"{"probe""#).and_then(|begin| line.get(begin..)));
    Fact::from_line(line.unwrap_or_else(|| panic!("no fact in {text:?}")).trim().as_bytes())
}

/// Runs the probe inside, from a terminal, with these flags.
fn from_terminal(world: &World, flags: &[&str], words: &[&str]) -> Fact {
    let call = world.sandbox().with_probe().flags(flags).command([PROBE].iter().chain(words));
    let (status, text) = Pty::start(&call).end();
    assert!(status.success(), "{status}: {text:?}");
    fact(&text)
}

#[test]
fn a_terminal_is_given_on_request() {
    let world = World::new();
    let found = from_terminal(&world, &["-i", "-t"], &["terminal"]);
    let detail = found.detail();
    for stream in ["stdin", "stdout", "stderr", "controlling", "foreground"] {
        assert_eq!(detail[stream], true, "{stream}: {detail}");
    }
    assert_eq!(detail["size"], "80x24");
    assert_eq!(detail["name"], "/dev/pts/0", "one of the sandbox's own");
}

#[test]
fn without_the_request_the_callers_terminal_is_out_of_reach() {
    let world = World::new();
    let found = from_terminal(&world, &[], &["terminal"]);
    assert_eq!(found.detail()["controlling"], false, "{found:?}");
    assert_eq!(found.detail()["stdin"], false, "a terminal's input needs -i: {found:?}");
}

#[test]
fn the_terminal_follows_the_size_of_the_callers() {
    let world = World::new();
    let call = world.sandbox().with_probe().flags(["-i", "-t"]).command([PROBE, "resized", "20"]);
    let mut terminal = Pty::start(&call);
    terminal.expect("80x24");
    terminal.resize(123, 45);
    terminal.expect("123x45");
    let (status, text) = terminal.end();
    assert!(status.success(), "{text:?}");
}

#[test]
fn typed_text_arrives_and_echoes() {
    let world = World::new();
    let call = world.sandbox().flags(["-i", "-t"]).command(["sh", "-c", "echo ready; read line; echo got:$line"]);
    let mut terminal = Pty::start(&call);
    terminal.expect("ready");
    terminal.type_in("typed\r");
    terminal.expect("got:typed");
    assert!(terminal.end().0.success());
}

#[test]
fn a_terminal_that_is_closed_for_a_moment_is_still_listened_to() {
    let world = World::new();
    let line = "exec <&- >&- 2>&-; sleep 0.3; exec >/dev/tty; head -c 300000 /dev/zero | tr '\\0' x; echo LAST; exit 3";
    for flags in [&["--timeout", "10s", "-t"][..], &["--timeout", "10s", "-i", "-t"]] {
        let call = world.sandbox().flags(flags).command(["sh", "-c", line]);
        let (status, text) = Pty::start(&call).end();
        assert_eq!(status.code(), Some(3), "{flags:?}");
        assert_eq!(text.matches('x').count(), 300_000, "{flags:?}");
        assert!(text.contains("LAST"), "{flags:?}");
    }
}

#[test]
fn a_terminal_that_others_keep_does_not_hold_the_run() {
    let world = World::new();
    let marker = unique("keeps-terminal");
    let begin = Instant::now();
    let line = "$0 daemon 600 $1; setsid $0 stubborn 600 $1 & head -c 300000 /dev/zero | tr '\\0' x; exit 3";
    let call = world.sandbox().with_probe().flag("-t").command(["sh", "-c", line, PROBE, &marker]);
    let (status, text) = Pty::start(&call).end();
    assert_eq!((status.code(), text.matches('x').count()), (Some(3), 300_000));
    assert!(begin.elapsed() < Duration::from_secs(300), "the run waited for them");
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
}

#[test]
fn a_terminal_that_others_cannot_write_to_does_not_hold_the_run() {
    let world = World::new();
    let (_master, terminal) = Pty::pair();
    let stream = || Stdio::from(terminal.try_clone().expect("copy a descriptor"));
    let mut other = Command::new("yes").stdin(Stdio::null()).stdout(stream()).spawn().expect("start yes");
    std::thread::sleep(Duration::from_millis(200));
    let mut call = world.sandbox().flags(["-q", "-i", "-t"]).command(["true"]);
    let call = call.stdin(stream()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut run = call.spawn().expect("start aisbx");
    let ended = eventually(|| run.try_wait().expect("ask").is_some());
    // Already gone is as good.
    let _ = [&mut other, &mut run].map(|child| child.kill().and_then(|()| child.wait()));
    assert!(ended, "it waits for the terminal");
}

#[test]
fn control_c_interrupts_the_command() {
    let world = World::new();
    for flags in [&["-i", "-t"][..], &[]] {
        let call = world.sandbox().flags(flags).command(["sh", "-c", "echo ready; exec sleep 60"]);
        let mut terminal = Pty::start(&call);
        terminal.expect("ready");
        terminal.type_in("\x03");
        let (status, text) = terminal.end();
        assert_eq!(status.code().or(status.signal()), Some(130), "{flags:?}: {text:?}");
    }
}

#[test]
fn end_of_input_is_passed_on() {
    let world = World::new();
    let call = world.sandbox().flags(["-i", "-t"]).command(["sh", "-c", "echo ready; cat; echo end"]);
    let mut terminal = Pty::start(&call);
    terminal.expect("ready");
    terminal.type_in("\x04");
    terminal.expect("end");
    assert!(terminal.end().0.success());
}

#[test]
fn the_callers_terminal_is_left_as_it_was() {
    let world = World::new();
    let call = world.sandbox().flags(["-i", "-t"]).command(["sh", "-c", "stty raw -echo; exit 3"]);
    let mut shell = Command::new("bash");
    world.sandbox().settle(&mut shell);
    let line = r#"echo before:$(stty -g); "$@"; echo code:$?; echo after:$(stty -g)"#;
    shell.args(["-c", line, "bash"]).arg(call.get_program()).args(call.get_args());
    let (_, text) = Pty::start(&shell).end();
    let value = |name: &str| text.split(name).nth(1).and_then(|rest| rest.split_whitespace().next()).map(str::to_owned);
    assert!(value("before:").is_some_and(|settings| settings.contains(':')), "{text:?}");
    assert_eq!(value("before:"), value("after:"), "{text:?}");
    assert_eq!(value("code:").as_deref(), Some("3"), "{text:?}");
}

#[test]
fn a_terminal_needs_none_around_it() {
    let world = World::new();
    let ended = world.sandbox().with_probe().flag("-t").run([PROBE, "terminal"]).success();
    let found = fact(&ended.out());
    assert_eq!(found.detail()["stdout"], true, "{found:?}");
    assert_eq!(found.detail()["controlling"], true, "{found:?}");
}

/// Every attempt to type into a terminal: which descriptor, and which bits above those that the kernel looks at.
const TYPING: [[&str; 3]; 8] = [
    ["tiocsti", "0", "0"],
    ["tiocsti", "1", "0"],
    ["tiocsti", "2", "0"],
    ["tiocsti", "tty", "0"],
    ["tiocsti", "1", "1"],
    ["tiocsti", "2", "4294967295"],
    ["tioclinux", "1", "0"],
    ["tioclinux", "2", "1"],
];

fn attempts(sandbox: Sandbox<'_>) -> Vec<(String, Fact)> {
    let words = TYPING.iter().map(|words| words.join(" ")).collect::<Vec<_>>();
    let line = words.iter().map(|words| format!("{PROBE} {words} >>/tmp/facts")).collect::<Vec<_>>().join("; ");
    let call = sandbox.with_probe().command(["sh", "-c", &format!("{line}; cat /tmp/facts")]);
    let (_, text) = Pty::start(&call).end();
    let facts = text.lines().filter(|line| line.starts_with(r#"{"probe""#));
    let facts: Vec<Fact> = facts.map(|line| Fact::from_line(line.trim().as_bytes())).collect();
    assert_eq!(facts.len(), words.len(), "{text:?}");
    words.into_iter().zip(facts).collect()
}

#[test]
fn nothing_can_be_typed_into_the_callers_terminal() {
    let world = World::new();
    let mut control = Command::new(probe());
    world.sandbox().settle(&mut control);
    control.args(["tiocsti", "0", "0"]);
    let (_, text) = Pty::start(&control).end();
    // EIO: this kernel has it switched off for everybody (dev.tty.legacy_tiocsti).
    assert!(["ok", "EIO"].contains(&fact(&text).answer()), "control: {text:?}");

    for (words, found) in attempts(world.sandbox()) {
        let expected: &[&str] = if words.contains(" tty ") { &["ENXIO", "EPERM"] } else { &["EPERM", "ENOTTY"] };
        assert!(expected.contains(&found.answer()), "{words}: {found:?}");
    }
}

#[test]
fn nothing_can_be_typed_into_the_sandboxs_own_either() {
    let world = World::new();
    for (words, found) in attempts(world.sandbox().flags(["-i", "-t"])) {
        // The facts themselves go to a file, which is no terminal.
        let expected: &[&str] = if words.contains(" 1 ") { &["EPERM", "ENOTTY"] } else { &["EPERM"] };
        assert!(expected.contains(&found.answer()), "{words}: {found:?}");
    }
}

#[test]
fn the_callers_terminal_cannot_be_adopted() {
    let world = World::new();
    for descriptor in ["0", "1", "2"] {
        let found = from_terminal(&world, &[], &["adopt", descriptor]);
        assert!(!found.worked(), "{descriptor}: {found:?}");
    }
}

#[test]
fn a_terminals_input_can_be_passed_without_giving_a_terminal() {
    let world = World::new();
    let call = world.sandbox().flag("-i").command(["sh", "-c", "test -t 0 || echo ready; read line; echo got:$line"]);
    let mut terminal = Pty::start(&call);
    terminal.expect("ready");
    terminal.type_in("typed\r");
    terminal.expect("got:typed");
    assert!(terminal.end().0.success());
}
