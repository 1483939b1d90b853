//! What a program is started with, how it ends, and starting another one from memory.

use std::ffi::{CString, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::Probe;
use crate::arguments::{Usage, number};
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::{Json, hex};

/// Start and end of a program.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "empty", arguments: "(ends at once)", run: empty },
    Probe { name: "argv", arguments: "[ARGUMENT]... (as text and as hexadecimal digits)", run: argv },
    Probe { name: "env", arguments: "(the whole environment)", run: env },
    Probe { name: "cwd", arguments: "(the working directory)", run: cwd },
    Probe { name: "exit", arguments: "CODE", run: exit },
    Probe { name: "kill-self", arguments: "SIGNAL", run: kill_self },
    Probe { name: "memfd-exec", arguments: "THING [ARGUMENTS] (this program again, from memory)", run: memfd_exec },
];

fn empty(_: &[OsString]) -> Result<Answer, Usage> {
    Ok(Answer::Exit(0))
}

fn argv(arguments: &[OsString]) -> Result<Answer, Usage> {
    let detail = Json::object([
        ("text", Json::texts(arguments.iter().map(|argument| argument.as_bytes()))),
        ("hex", Json::texts(arguments.iter().map(|argument| hex(argument.as_bytes())))),
    ]);
    Ok(Fact::new("argv", Ok(detail)).into())
}

fn env(_: &[OsString]) -> Result<Answer, Usage> {
    let mut variables: Vec<(Vec<u8>, Vec<u8>)> =
        std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())).collect();
    variables.sort();
    let members = variables.iter().map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), Json::text(value)));
    let hexadecimal =
        variables.iter().map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), Json::text(hex(value))));
    let detail =
        Json::object([("text", Json::Object(members.collect())), ("hex", Json::Object(hexadecimal.collect()))]);
    Ok(Fact::new("env", Ok(detail)).into())
}

fn cwd(_: &[OsString]) -> Result<Answer, Usage> {
    let found = std::env::current_dir().map(|path| Json::text(path.as_os_str().as_bytes()));
    Ok(Fact::new("cwd", found.map_err(Failure::from)).into())
}

fn exit(arguments: &[OsString]) -> Result<Answer, Usage> {
    number(arguments, 0).map(Answer::Exit)
}

fn kill_self(arguments: &[OsString]) -> Result<Answer, Usage> {
    let signal = number(arguments, 0)?;
    // SAFETY: takes numbers only; without a handler the signal does what it does to any program.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    // SAFETY: takes a number only.
    let raised = checked(unsafe { libc::raise(signal) });
    Ok(Fact::new(format!("{signal}"), raised.map(|_| Json::text("survived"))).into())
}

fn memfd_exec(arguments: &[OsString]) -> Result<Answer, Usage> {
    let words = [OsString::from("aisbx-probe")].into_iter().chain(arguments.iter().cloned());
    let words: Result<Vec<CString>, _> = words.map(|word| CString::new(word.into_vec())).collect();
    let words = words.map_err(|_| Usage("an argument holds a NUL".to_owned()))?;
    Ok(match run_from_memory(&words) {
        Ok(never) => match never {},
        Err(failure) => Fact::new("memfd", Err(failure)).into(),
    })
}

/// What never is.
enum Never {}

fn run_from_memory(words: &[CString]) -> Result<Never, Failure> {
    // SAFETY: the name ends with NUL.
    let memory = checked(unsafe { libc::memfd_create(c"aisbx-probe".as_ptr(), libc::MFD_CLOEXEC) })?;
    // SAFETY: the kernel just gave us this descriptor, and nobody else owns it.
    let mut memory = File::from(unsafe { OwnedFd::from_raw_fd(memory as i32) });
    io::copy(&mut File::open("/proc/self/exe")?, &mut memory)?;
    let mut pointers: Vec<*const libc::c_char> = words.iter().map(|word| word.as_ptr()).collect();
    pointers.push(std::ptr::null());
    let environment = [std::ptr::null::<libc::c_char>()];
    // SAFETY: both lists end with a null pointer, and their words end with NUL and outlive the call.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            memory.as_raw_fd(),
            c"".as_ptr(),
            pointers.as_ptr(),
            environment.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    Err(Failure::last())
}
