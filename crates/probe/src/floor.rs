//! The floor under every start time: a child in new namespaces of every kind, one program executed in it, and its end.

use std::ffi::{CString, OsString};

use crate::Probe;
use crate::arguments::{Usage, c_string};
use crate::child::{leave, wait};
use crate::fact::{Answer, Fact, Failure, checked};
use crate::syscalls::request;

/// The floor.
pub(crate) const PROBES: &[Probe] = &[Probe {
    name: "floor",
    arguments: "PROGRAM [ARGUMENT]... (in new namespaces; returns its exit code)",
    run: floor,
}];

/// Every kind of namespace that a sandbox has.
const NAMESPACES: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

fn floor(arguments: &[OsString]) -> Result<Answer, Usage> {
    let words: Vec<CString> = (0..arguments.len()).map(|place| c_string(arguments, place)).collect::<Result<_, _>>()?;
    let program = c_string(arguments, 0)?;
    match run(&program, &words) {
        Ok(code) => Ok(Answer::Exit(code)),
        Err(failure) => Ok(Fact::new(program.to_string_lossy().as_ref(), Err(failure)).into()),
    }
}

fn run(program: &CString, words: &[CString]) -> Result<u8, Failure> {
    let mut pointers: Vec<*const libc::c_char> = words.iter().map(|word| word.as_ptr()).collect();
    pointers.push(std::ptr::null());
    let request = request(NAMESPACES);
    // SAFETY: the request has the size told and asks for no pointer to be written; the child runs on a copy of our stack.
    let pid = checked(unsafe { libc::syscall(libc::SYS_clone3, &raw const request, size_of_val(&request)) })? as i32;
    if pid == 0 {
        // SAFETY: the list ends with a null pointer, and program and words end with NUL and outlive the call.
        unsafe { libc::execv(program.as_ptr(), pointers.as_ptr()) };
        leave(127);
    }
    let status = wait(pid)?;
    let code = if libc::WIFSIGNALED(status) { 128 + libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) };
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
