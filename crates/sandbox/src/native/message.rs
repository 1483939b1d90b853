//! What the monitor and the sandbox's init say to each other: fixed-size messages over a socket pair that also tells when
//! the other side is gone.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use linux::process::Status;
use linux::{Errno, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

/// Something one side tells the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// Monitor: everything that init depends on is there, go on.
    Go,
    /// Monitor: what the next steps take from the host comes with this.
    Sources,
    /// Monitor: send this signal to the command's process group.
    Signal(i32),
    /// Monitor: end everything, and yourself. For a sandbox whose init does not take the others along.
    End,
    /// Init: this stage failed; which one, at which step, with what.
    Failed(Stage, u32, Errno),
    /// Init: the master side of the command's terminal comes with this.
    Terminal,
    /// Init: what its calls are listened to by comes with this.
    Listener,
    /// Init: everything is in place, and the kernel says so; the command is started as soon as the monitor says `Go`. Its `/proc` and its root come with this.
    Started,
    /// The command's process: the program could not be executed; whether it was found.
    NotExecuted(Errno, bool),
    /// Init: the command's process has ended.
    Ended(Status),
}

/// A stage of the child's part of the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Separate,
    Map,
    Become,
    Open,
    Do,
    Surrender,
    Confine,
    Filter,
    Verify,
    Workdir,
    Start,
}

const STAGES: [Stage; 11] = [
    Stage::Separate,
    Stage::Map,
    Stage::Become,
    Stage::Open,
    Stage::Do,
    Stage::Surrender,
    Stage::Confine,
    Stage::Filter,
    Stage::Verify,
    Stage::Workdir,
    Stage::Start,
];

/// Descriptors that one message can hand over.
pub(crate) const BATCH: usize = 64;

/// Kind, then up to three numbers.
const SIZE: usize = 16;

impl Message {
    fn encode(self) -> [u8; SIZE] {
        let words: [i32; 4] = match self {
            Self::Go => [0, 0, 0, 0],
            Self::Signal(signal) => [1, signal, 0, 0],
            Self::Failed(stage, step, errno) => [2, stage as i32, step.cast_signed(), errno.raw_os_error()],
            Self::Terminal => [3, 0, 0, 0],
            Self::Started => [4, 0, 0, 0],
            Self::NotExecuted(errno, found) => [5, errno.raw_os_error(), i32::from(found), 0],
            Self::Ended(Status::Exited(code)) => [6, i32::from(code), 0, 0],
            Self::Ended(Status::Signaled(signal)) => [7, i32::from(signal), 0, 0],
            Self::Sources => [8, 0, 0, 0],
            Self::End => [9, 0, 0, 0],
            Self::Listener => [10, 0, 0, 0],
        };
        let mut bytes = [0; SIZE];
        for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_ne_bytes());
        }
        bytes
    }

    fn decode(bytes: [u8; SIZE]) -> Option<Self> {
        let mut words = bytes.chunks_exact(4).filter_map(|word| Some(i32::from_ne_bytes(word.try_into().ok()?)));
        let (kind, first, second, third) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some(match kind {
            0 => Self::Go,
            1 => Self::Signal(first),
            2 => {
                let stage = *STAGES.get(usize::try_from(first).ok()?)?;
                Self::Failed(stage, second.cast_unsigned(), Errno::from_raw_os_error(third))
            }
            3 => Self::Terminal,
            4 => Self::Started,
            5 => Self::NotExecuted(Errno::from_raw_os_error(first), second != 0),
            6 => Self::Ended(Status::Exited(u8::try_from(first).ok()?)),
            7 => Self::Ended(Status::Signaled(u8::try_from(first).ok()?)),
            8 => Self::Sources,
            9 => Self::End,
            10 => Self::Listener,
            _ => return None,
        })
    }
}

/// One end of the conversation.
#[derive(Debug)]
pub(crate) struct Channel(OwnedFd);

impl Channel {
    /// Both ends.
    pub(crate) fn pair() -> Result<(Self, Self)> {
        let (here, there) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Self(here), Self(there)))
    }

    /// Says something. That the other side is gone is no error: whoever listens learns it from `receive`.
    pub(crate) fn send(&self, message: Message) -> Result<()> {
        self.send_with(message, &[])
    }

    /// Says something and hands over descriptors, [`BATCH`] of them at most.
    pub(crate) fn send_with(&self, message: Message, descriptors: &[BorrowedFd<'_>]) -> Result<()> {
        let bytes = message.encode();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(BATCH))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        // The buffer may have room for more, by alignment; the other side's has not.
        let fits = descriptors.len() <= BATCH
            && (descriptors.is_empty() || control.push(SendAncillaryMessage::ScmRights(descriptors)));
        if !fits {
            return Err(Errno::MSGSIZE);
        }
        match sendmsg(&self.0, &[IoSlice::new(&bytes)], &mut control, SendFlags::NOSIGNAL) {
            Ok(_) | Err(Errno::PIPE | Errno::CONNRESET) => Ok(()),
            Err(errno) => Err(errno),
        }
    }

    /// What the other side said; `None` when it is gone.
    pub(crate) fn receive(&self) -> Result<Option<Message>> {
        self.receive_with(&mut [])
    }

    /// Waits until the other side is gone, for that long at most. What it still says is not heard.
    pub(crate) fn wait_for_end(&self, patience: Duration) -> Result<()> {
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).map_err(|_| Errno::INVAL)?;
            match poll(&mut [PollFd::new(self, PollFlags::IN)], Some(&timeout)) {
                Ok(0) => return Ok(()),
                Ok(_) if self.receive()?.is_none() => return Ok(()),
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }

    /// What the other side said, and the descriptors that came with it, as far as there is room for them.
    pub(crate) fn receive_with(&self, descriptors: &mut [Option<OwnedFd>]) -> Result<Option<Message>> {
        let mut bytes = [0; SIZE];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(BATCH))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let received = loop {
            match recvmsg(&self.0, &mut [IoSliceMut::new(&mut bytes)], &mut control, RecvFlags::CMSG_CLOEXEC) {
                Err(Errno::INTR) => {}
                Err(Errno::CONNRESET) => return Ok(None),
                other => break other?.bytes,
            }
        };
        let handed = control.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(handed) => Some(handed),
            _ => None,
        });
        for (place, descriptor) in descriptors.iter_mut().zip(handed.flatten()) {
            *place = Some(descriptor);
        }
        if received == 0 {
            return Ok(None);
        }
        let message = if received == SIZE { Message::decode(bytes) } else { None };
        message.map(Some).ok_or(Errno::BADMSG)
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_arrives_as_it_was_sent() {
        let (here, there) = Channel::pair().unwrap();
        let stages = STAGES.map(|stage| Message::Failed(stage, 7, Errno::PERM));
        let others = [
            Message::Go,
            Message::Sources,
            Message::End,
            Message::Signal(15),
            Message::Listener,
            Message::Started,
            Message::NotExecuted(Errno::NOENT, true),
            Message::Ended(Status::Exited(255)),
            Message::Ended(Status::Signaled(9)),
        ];
        for message in stages.into_iter().chain(others) {
            here.send(message).unwrap();
            assert_eq!(there.receive().unwrap(), Some(message));
        }
    }

    #[test]
    fn descriptors_come_along_and_the_end_is_noticed() {
        let (here, there) = Channel::pair().unwrap();
        here.send_with(Message::Sources, &[here.as_fd(); BATCH]).unwrap();
        let mut handed = [const { None }; BATCH];
        assert_eq!(there.receive_with(&mut handed).unwrap(), Some(Message::Sources));
        assert!(handed.iter().all(Option::is_some));
        assert_eq!(here.send_with(Message::Sources, &[here.as_fd(); BATCH + 1]), Err(Errno::MSGSIZE));
        drop((here, handed));
        assert_eq!(there.receive().unwrap(), None);
        there.send(Message::Go).unwrap();
    }
}
