//! Replacing the program of a process, and what it was called with.

use std::ffi::{CStr, c_char};
use std::ptr;

use crate::{Errno, Result, last_errno};

/// Overwrites this process's arguments, which everybody who sees it could read (proc_pid_cmdline(5)). For a copy made by
/// [`clone`], which is done with them.
pub fn forget_arguments() -> Result<()> {
    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::CLOEXEC;
    let file = rustix::fs::open(c"/proc/self/stat", flags, rustix::fs::Mode::empty())?;
    let mut bytes = [0; 1024];
    let count = rustix::io::read(&file, &mut bytes)?;
    let (start, end) = argument_area(bytes.get(..count).unwrap_or_default()).ok_or(Errno::NOTSUP)?;
    let length = end.checked_sub(start).ok_or(Errno::NOTSUP)?;
    // SAFETY: the kernel says that this process's arguments are there, on its own stack. The only references into them are
    // of the program that this is a copy of, and shorter strings are what they must allow for anyway.
    unsafe { ptr::write_bytes(start as *mut u8, 0, length) };
    Ok(())
}

/// The fields `arg_start` and `arg_end` of `/proc/PID/stat`: 48 and 49, counted after the name, which may hold anything but
/// ends with the last parenthesis (proc_pid_stat(5)).
fn argument_area(stat: &[u8]) -> Option<(usize, usize)> {
    let after_name = stat.iter().rposition(|byte| *byte == b')')?;
    let mut fields = std::str::from_utf8(stat.get(after_name + 1..)?).ok()?.split_ascii_whitespace();
    Some((fields.nth(45)?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Strings for [`execute`], with the terminating null pointer in place: made before the process is copied, so that nothing
/// is allocated after.
#[derive(Debug)]
pub struct Strings<'a> {
    pointers: Vec<*const c_char>,
    // The pointers are into these.
    _borrowed: std::marker::PhantomData<&'a CStr>,
}

impl<'a> Strings<'a> {
    /// Borrows the strings.
    pub fn new(strings: impl IntoIterator<Item = &'a CStr>) -> Self {
        let mut pointers: Vec<_> = strings.into_iter().map(CStr::as_ptr).collect();
        pointers.push(ptr::null());
        Self { pointers, _borrowed: std::marker::PhantomData }
    }
}

/// Replaces the program of this process (execve(2)); comes back only to say why not.
pub fn execute(program: &CStr, arguments: &Strings<'_>, environment: &Strings<'_>) -> Errno {
    // SAFETY: the program and both arrays are NUL-terminated strings that live through the call; the arrays end in null.
    unsafe { libc::execve(program.as_ptr(), arguments.pointers.as_ptr(), environment.pointers.as_ptr()) };
    last_errno()
}
