//! The names of error numbers and signals.

use std::borrow::Cow;

macro_rules! named {
    ($value:expr, $($name:ident)*) => {
        match $value {
            $(libc::$name => Cow::Borrowed(stringify!($name)),)*
            other => Cow::Owned(other.to_string()),
        }
    };
}

/// The name of an error number, or the number itself where it is an unusual one.
pub(crate) fn name(errno: i32) -> Cow<'static, str> {
    named!(errno,
        EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST
        EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM
        ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ENODATA EPROTO EOVERFLOW EUSERS ENOTSOCK
        EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT
        EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN
        ENOTCONN ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EDQUOT ENOKEY)
}

/// The name of a signal, or its number where it is an unusual one.
pub(crate) fn signal_name(signal: i32) -> Cow<'static, str> {
    named!(signal, SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE
        SIGALRM SIGTERM SIGSTOP SIGCHLD SIGXCPU SIGXFSZ SIGSYS)
}
