//! A run ends when its command ends, when its time is up, or when it is told to; then everything in it has ended.

use std::fs::{self, Permissions};
use std::io::{IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

use crate::harness::{Ended, PROBE, Pty, World, alive, eventually, is_root, unique};

#[test]
fn time_is_up_even_for_the_stubborn() {
    let world = World::new();
    let marker = unique("late");
    let ended = world.sandbox().with_probe().flags(["--timeout", "500ms"]).run([PROBE, "stubborn", "60", &marker]);
    ended.code(124);
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
}

#[test]
fn time_is_up_for_a_crowd_that_stopped_itself() {
    let world = World::new();
    let marker = unique("stopped");
    let line = "$0 stopped $1 & setsid $0 stopped $1 & $0 daemon 60 $1; exec $0 stopped $1";
    let sandbox = world.sandbox().with_probe().flags(["--timeout", "1s"]);
    sandbox.run(["sh", "-c", line, PROBE, &marker]).code(124);
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
}

#[test]
fn what_was_written_before_time_was_up_is_kept() {
    let world = World::new();
    let ended = world.sandbox().flags(["--timeout", "4s"]).sh("echo early; echo oops >&2; exec sleep 60").code(124);
    assert_eq!(ended.out(), "early\n");
    assert!(ended.err().starts_with("oops\n"), "{ended}");
}

#[test]
fn a_command_that_is_done_in_time_is_not_disturbed() {
    let world = World::new();
    world.sandbox().flags(["--timeout", "60s"]).sh("exit 3").code(3);
}

#[test]
fn daemons_end_with_the_command_and_do_not_delay_it() {
    let world = World::new();
    let marker = unique("daemon");
    let begin = Instant::now();
    let line = "$0 daemon 600 $1; $0 daemon 600 $1; nohup $0 stubborn 600 $1 & echo done";
    let ended = world.sandbox().with_probe().run(["sh", "-c", line, PROBE, &marker]).success();
    assert!(ended.out().contains("done"), "{ended}");
    assert!(begin.elapsed() < Duration::from_secs(300), "the run waited for its daemons");
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
}

#[test]
fn what_a_daemon_writes_before_the_end_is_not_lost() {
    let world = World::new();
    let ended = world.sandbox().sh("(echo from the background) & wait; echo from the front").success();
    assert_eq!(ended.out(), "from the background\nfrom the front\n");
}

#[test]
fn dead_orphans_are_reaped() {
    let world = World::new();
    let fact = world.sandbox().probe(["orphans", "300"]).works();
    assert_eq!(fact.detail()["zombies"], 0);
}

#[test]
fn a_storm_of_processes_passes() {
    let world = World::new();
    let fact = world.sandbox().probe(["fork-bomb", "400"]).works();
    assert!(fact.detail()["children"].as_u64().is_some_and(|count| count > 0), "{fact:?}");
    assert!(eventually(|| alive("fork-bomb 400").is_empty()));
}

#[test]
fn the_command_cannot_kill_its_init() {
    let world = World::new();
    let ended = world.sandbox().sh("kill -9 1; kill -15 1; kill -19 1; echo still here").success();
    assert_eq!(ended.out(), "still here\n");
}

#[test]
fn the_command_may_kill_everything_it_sees() {
    let world = World::new();
    let marker = unique("bystander");
    let mut bystander = std::process::Command::new("sleep").arg("60").arg0(&marker).spawn().expect("start sleep");
    // `kill -1` spares the caller itself, so another process is needed to see the end.
    world.sandbox().sh("sleep 60 & kill -9 -1; wait $!; exit 5").code(5);
    assert!(bystander.try_wait().expect("ask for the bystander").is_none(), "a host process was killed");
    bystander.kill().expect("end the bystander");
    bystander.wait().expect("wait for the bystander");
}

#[test]
fn the_command_is_neither_init_nor_alone() {
    let world = World::new();
    let fact = world.sandbox().probe(["posture"]).works();
    let session = &fact.detail()["session"];
    assert_eq!(session["parent"], 1, "{session}");
    assert_ne!(session["pid"], 1, "{session}");
    assert_eq!(session["session"], session["pid"], "a session of its own: {session}");
}

#[test]
fn a_sandbox_whose_init_is_killed_from_outside_ends() {
    let world = World::new();
    let marker = unique("beheaded");
    let mut started = world.sandbox().with_probe().start([PROBE, "stubborn", "60", &marker]);
    assert!(started.line().contains("ready"));
    let init = started.init().to_string();
    assert!(std::process::Command::new("kill").args(["-KILL", &init]).status().expect("run kill").success());
    let ended = started.end();
    assert!([125, 137].contains(&ended.code), "{ended}");
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
    let record = world.sandbox().ask("inspect", ["latest"]).success();
    assert!(!record.out().contains("running"), "{record}");
}

#[test]
fn a_reader_who_does_not_read_does_not_hold_up_the_end_of_time() {
    let world = World::new();
    let mut started = world.sandbox().flags(["--timeout", "1s"]).sh_started("exec yes");
    // Nobody takes what comes; the launcher ends all the same: the limit, and two times the grace.
    assert!(eventually(|| started.child.try_wait().expect("ask").is_some()), "it waits for its reader");
    assert_eq!(started.child.try_wait().expect("ask").and_then(|status| status.code()), Some(124));
}

/// A page of memory; a pipe holds sixteen.
const PAGE: usize = 4096;

/// A run that has a second and writes for longer, on both streams.
fn floods(world: &World) -> Command {
    world.sandbox().flags(["-q", "--timeout", "1s"]).command(["sh", "-c", "yes & exec yes >&2"])
}

/// The same with both streams at one end.
fn floods_into(world: &World, end: impl Into<OwnedFd>) -> Command {
    let end = end.into();
    let mut call = floods(world);
    call.stdout(end.try_clone().expect("copy a descriptor")).stderr(end);
    call
}

/// The same with both streams at `/dev/tty`, which is another terminal for each who opens it.
fn floods_into_its_terminal(world: &World, terminal: OwnedFd) -> Command {
    let call = floods(world);
    let mut leader = Command::new("setsid");
    world.sandbox().settle(&mut leader);
    leader.args(["--ctty", "sh", "-c", r#"exec "$@" </dev/null >/dev/tty 2>&1"#, "sh"]);
    leader.arg(call.get_program()).args(call.get_args()).stdin(terminal);
    leader
}

#[test]
fn an_end_that_both_streams_share_does_not_hold_up_the_end_of_time() {
    let world = World::new();
    let (mut reader, mut pipe) = std::io::pipe().expect("a pipe");
    pipe.write_all(&[0; 16 * PAGE]).expect("fill the pipe");
    let (_peer, socket) = UnixStream::pair().expect("a socket");
    let [(_master, terminal), (_other, own)] = [Pty::pair(), Pty::pair()];
    let calls = [
        floods_into(&world, pipe),
        floods_into(&world, socket),
        floods_into(&world, terminal),
        floods_into_its_terminal(&world, own),
    ];
    let mut runs = calls.map(|mut call| call.spawn().expect("start aisbx"));
    // Both wait by now; one page of a pipe is offered to both.
    std::thread::sleep(Duration::from_millis(500));
    reader.read_exact(&mut [0; PAGE]).expect("read");
    let mut ask = || runs.each_mut().map(|run| run.try_wait().expect("ask").and_then(|status| status.code()));
    eventually(|| ask().iter().all(Option::is_some));
    let codes = ask();
    // Already gone is as good.
    let _ = runs.each_mut().map(|run| run.kill().and_then(|()| run.wait()));
    assert_eq!(codes, [Some(124); 4], "a pipe, a socket, a terminal, `/dev/tty`");
}

#[test]
fn who_reads_slowly_gets_all_of_what_was_done_in_time() {
    let world = World::new();
    // More than one pipe holds and less than two: the command is done long before anybody reads, its output is not.
    let started = world.sandbox().flags(["--timeout", "3s"]).sh_started("head -c 100000 /dev/zero");
    std::thread::sleep(Duration::from_millis(4500));
    let ended = started.end().success();
    assert_eq!(ended.stdout.len(), 100_000, "{}", ended.err());
}

/// Sends its standard output to whoever listens on `server`.
const HAND_OUT: &str = "import socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect('server')
    socket.send_fds(server, [b'x'], [1])
print('done')";

#[test]
fn a_stream_that_was_handed_out_does_not_hold_the_run() {
    let world = World::new();
    let listener = UnixListener::bind(world.workspace().join("server")).expect("listen");
    if is_root() {
        fs::set_permissions(world.workspace().join("server"), Permissions::from_mode(0o777)).expect("open up");
    }
    let keeper = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut bytes = [0; 1];
        recvmsg(&stream, &mut [IoSliceMut::new(&mut bytes)], &mut control, RecvFlags::empty()).expect("receive");
        control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        })
    });
    let ended = world.sandbox().workspace("rw").run(["/usr/bin/python3", "-c", HAND_OUT]).success();
    assert_eq!(ended.out(), "done\n");
    let held = keeper.join().expect("the keeper ends").expect("control: the stream was handed out");
    // Who still holds it writes to nobody.
    assert_eq!(rustix::io::write(&held, b"forged\n"), Err(rustix::io::Errno::PIPE));
    assert_eq!(world.sandbox().ask("logs", ["latest"]).out(), "done\n");
}

#[test]
fn a_bound_on_files_ends_the_command_and_not_the_launcher() {
    let world = World::new();
    let call = world.sandbox().command(["head", "-c", "3000000", "/dev/zero"]);
    let mut shell = Command::new("bash");
    world.sandbox().settle(&mut shell);
    shell.args(["-c", "ulimit -f 1; exec \"$@\"", "bash"]).arg(call.get_program()).args(call.get_args());
    let ended: Ended = shell.output().expect("run a shell").into();
    assert_eq!((ended.code, ended.stdout.len()), (0, 3_000_000), "{}", ended.err());
    assert!(ended.err().contains("the record of this run is not whole"), "{}", ended.err());
}
