//! System calls by the numbers of another architecture: the way around a filter that forgot them.

use crate::Probe;

/// Foreign system calls; there are none on other processors.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const PROBES: &[Probe] = &[];

/// Foreign system calls.
#[cfg(target_arch = "x86_64")]
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "i386", arguments: "(getpid by int 0x80)", run: pc::i386 },
    Probe { name: "x32", arguments: "(getpid by its x32 number)", run: pc::x32 },
];

#[cfg(target_arch = "x86_64")]
mod pc {
    use std::arch::asm;
    use std::ffi::OsString;

    use crate::arguments::Usage;
    use crate::child::attempt;
    use crate::fact::{Answer, Fact, Failure, checked};
    use crate::json::Json;

    pub(super) fn i386(_: &[OsString]) -> Result<Answer, Usage> {
        Ok(Fact::new("getpid", attempt(by_interrupt).map(positive)).into())
    }

    pub(super) fn x32(_: &[OsString]) -> Result<Answer, Usage> {
        /// `__X32_SYSCALL_BIT` (asm/unistd.h).
        const X32: libc::c_long = 0x4000_0000;
        // SAFETY: `getpid` takes nothing and writes nothing, under whatever number.
        let call = || checked(unsafe { libc::syscall(X32 | libc::SYS_getpid) });
        Ok(Fact::new("getpid", attempt(call).map(positive)).into())
    }

    /// Process ids differ from run to run; that there is one is the fact.
    fn positive(pid: i64) -> Json {
        Json::Bool(pid > 0)
    }

    fn by_interrupt() -> Result<i64, Failure> {
        /// `__NR_getpid` of i386 (asm/unistd_32.h).
        const GETPID: i32 = 20;
        let answer: i32;
        // SAFETY: `getpid` takes nothing and writes nothing; the kernel's 32-bit entry clears r8 to r11 and keeps the rest.
        unsafe {
            asm!("int 0x80", inlateout("eax") GETPID => answer, out("r8") _, out("r9") _, out("r10") _, out("r11") _)
        };
        if answer < 0 { Err(Failure::Errno(-answer)) } else { Ok(i64::from(answer)) }
    }
}
