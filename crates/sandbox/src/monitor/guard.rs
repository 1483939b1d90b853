//! Holds what the kernel does not hold by itself: looks from time to time, and says which limit was reached.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use linux::Result;
use rustix::fs::fstatfs;
use spec::{Clock, Lifetime, MemoryOf, Outcome, Room, Size, Usage};

use super::processes::{Process, Processes, Sample};
use super::{Sink, Stored};
use crate::account::Account as _;
use crate::native::Cgroup;
use crate::plan::{Bounds, Watched};

/// The first pause; each is twice as long as the one before, up to the last.
const FIRST: Duration = Duration::from_millis(5);
const LAST: Duration = Duration::from_millis(50);

/// At most this part of the time is spent looking, unless that made the pauses longer than `LONGEST`: whoever makes looking dear
/// must not go unseen for it.
const PART: u32 = 25;
const LONGEST: Duration = Duration::from_millis(250);

/// How soon a look follows the kernel's word that there is no more memory: by then it has ended somebody.
const ALARMED: Duration = Duration::from_millis(5);

/// In so many looks page tables are looked at once: it is dearer than the rest of a look, and only who makes them on purpose has
/// many.
const TABLES: u32 = 4;

/// A sandbox's limits, watched.
#[derive(Debug)]
pub(super) struct Guard<'a> {
    bounds: &'a Bounds,
    cgroup: Option<&'a Cgroup>,
    /// Becomes readable when the memory of the group is used up, where the kernel then ends one process only.
    alarm: Option<OwnedFd>,
    views: Option<Views>,
    /// Files of the scratch space that were there before the command.
    own_files: u64,
    pause: Duration,
    /// When the last look was over.
    looked: Option<Instant>,
    /// When it is time to look.
    next: Option<Instant>,
    written: u64,
    peak_tasks: u32,
    peak_memory: u64,
    largest: Option<Process>,
    /// Processor time as it was seen last, in user mode and in the kernel.
    time: (Duration, Duration),
    /// Memory for page tables, as it was seen last, and in how many looks it will be seen again.
    tables: (u64, u32),
    /// What was found full, the last time.
    full: Option<Full>,
}

/// What a sandbox is watched by.
#[derive(Debug)]
pub(super) struct Views {
    pub(super) processes: Processes,
    /// The root: its file system holds everything writable that dies with the run, where it has one of its own.
    pub(super) root: Option<OwnedFd>,
}

/// Something that has no room left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full {
    pub(super) of: Room,
    pub(super) limit: u64,
    pub(super) usage: u64,
}

impl<'a> Guard<'a> {
    pub(super) fn new(bounds: &'a Bounds, cgroup: Option<&'a Cgroup>) -> Self {
        Self {
            bounds,
            cgroup,
            alarm: None,
            views: None,
            own_files: 0,
            pause: FIRST,
            looked: None,
            next: None,
            written: 0,
            peak_tasks: 0,
            peak_memory: 0,
            largest: None,
            time: Default::default(),
            tables: (0, TABLES),
            full: None,
        }
    }

    /// Begins, once the command starts.
    pub(super) fn begin(&mut self, views: Views) -> Result<()> {
        self.own_files = scratch(&views).1;
        self.views = Some(views);
        self.next = Instant::now().checked_add(FIRST);
        self.alarm = self.cgroup.map_or(Ok(None), Cgroup::alarm)?;
        Ok(())
    }

    /// What to wait for besides the time.
    pub(super) fn alarm(&self) -> Option<BorrowedFd<'_>> {
        self.alarm.as_ref().map(|alarm| alarm.as_fd())
    }

    /// The kernel's word that there is little memory left, or none. It may come again and again.
    pub(super) fn alarmed(&mut self) {
        if let Some(alarm) = &self.alarm {
            let _count = rustix::io::read(alarm, &mut [0; 8]);
        }
        self.next = Some(self.looked.map_or_else(Instant::now, |looked| looked + ALARMED));
    }

    /// When to look next.
    pub(super) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Takes note of output; says when it is too much.
    pub(super) fn note_output(&mut self, bytes: usize) -> Option<Outcome> {
        self.written += bytes as u64;
        let limit = self.bounds.watched.output?;
        (self.written > limit.as_bytes()).then(|| Outcome::OutputLimit { limit, usage: Size::bytes(self.written) })
    }

    /// Looks, if it is time, and says which limit was reached.
    pub(super) fn look(&mut self, sink: &mut dyn Sink) -> Option<Outcome> {
        let began = Instant::now();
        if self.next.is_none_or(|next| began < next) {
            return None;
        }
        let reached = self.inspect(sink);
        let took = began.elapsed();
        self.looked = Some(Instant::now());
        self.pause = LAST.min(self.pause * 2);
        let pause = if self.is_dying() { ALARMED } else { self.pause.max((took * PART).min(LONGEST)) };
        self.next = Instant::now().checked_add(pause);
        reached
    }

    /// Nothing is left to be looked at.
    pub(super) fn end(&mut self) {
        self.next = None;
        self.alarm = None;
    }

    /// A last look at what is written, once the command has ended and while all of it is still there: it tells what was in the way of
    /// one that failed.
    pub(super) fn look_last(&mut self, sink: &mut dyn Sink) {
        let Watched { disk, inodes, .. } = self.bounds.watched;
        let Some(scratch) = self.scratch() else { return };
        let layer = if disk.is_some() || inodes.is_some() { sink.stored() } else { Stored::default() };
        self.fill(scratch, layer);
        self.full = self.over((scratch.0 + layer.bytes, scratch.1 + layer.files)).or(self.full);
    }

    /// Bytes and files of the scratch space that are not our own.
    fn scratch(&self) -> Option<(u64, u64)> {
        let (bytes, files) = scratch(self.views.as_ref()?);
        Some((bytes, files.saturating_sub(self.own_files)))
    }

    fn inspect(&mut self, sink: &mut dyn Sink) -> Option<Outcome> {
        let views = self.views.as_ref()?;
        // What cannot be looked at has ended.
        let sample = views.processes.sample().ok()?;
        self.peak_tasks = self.peak_tasks.max(sample.tasks);
        // What was counted before does not get less: some of it is of processes that nobody waited for.
        self.time = (self.time.0.max(sample.user), self.time.1.max(sample.system));
        // Whom the kernel has ended for want of memory is no longer to be seen; those who are left are not to blame.
        if sample.largest.is_some() && self.killed() == 0 {
            self.largest.clone_from(&sample.largest);
        }
        self.memory(&sample).or_else(|| self.crowd(&sample)).or_else(|| self.time(&sample)).or_else(|| self.disk(sink))
    }

    /// Whether the kernel is about to end somebody for want of memory, or just has.
    fn is_dying(&self) -> bool {
        self.alarm.is_some() && self.cgroup.is_some_and(|group| group.is_nearly_exhausted())
    }

    fn memory(&mut self, sample: &Sample) -> Option<Outcome> {
        if self.killed() > 0 {
            return Some(self.out_of_memory());
        }
        let limit = self.bounds.watched.memory?;
        let views = self.views.as_ref()?;
        let scratch = scratch(views);
        self.tables = match self.tables {
            (_, 1) => (views.processes.tables(), TABLES),
            (seen, left) => (seen, left - 1),
        };
        let mut used = sample.resident + scratch.0 + self.tables.0;
        if used > limit.as_bytes() {
            // What cannot be weighed in time counts as it is mapped. Files of the scratch space that are mapped are in both.
            used = views.processes.weigh().map_or(used, |(alone, shared)| alone + shared.max(scratch.0));
        }
        self.peak_memory = self.peak_memory.max(used);
        (used > limit.as_bytes()).then(|| self.out_of_memory())
    }

    /// How a sandbox ended that had no memory left.
    pub(super) fn out_of_memory(&self) -> Outcome {
        let process = self.largest.as_ref().map(|process| process.name.clone());
        if let Some(limit) = self.bounds.watched.memory {
            return Outcome::OutOfMemory { limit: Some(limit), usage: Some(Size::bytes(self.peak_memory)), process };
        }
        let own = self.cgroup.is_some_and(|group| group.is_exhausted());
        let limit = self.bounds.memory.filter(|_| own);
        let peak = self.cgroup.and_then(Cgroup::memory_peak);
        Outcome::OutOfMemory { limit, usage: peak.map(Size::bytes).or(limit), process }
    }

    fn crowd(&self, sample: &Sample) -> Option<Outcome> {
        let limit = self.bounds.watched.crowd.filter(|limit| sample.tasks > *limit)?;
        Some(Outcome::TooManyProcesses { limit, refused: None, code: spec::ExitCode::KILLED.0 })
    }

    fn time(&mut self, sample: &Sample) -> Option<Outcome> {
        let limit = self.bounds.watched.cpu_time?;
        let counted = self.cgroup.and_then(Cgroup::time);
        let used = counted.map_or(sample.user + sample.system, |(user, system)| user + system);
        let limit = (used >= limit).then_some(limit).and_then(Lifetime::new)?;
        Some(Outcome::TimedOut { limit, clock: Clock::Cpu, usage: Lifetime::new(used) })
    }

    fn disk(&mut self, sink: &mut dyn Sink) -> Option<Outcome> {
        let Watched { disk, inodes, .. } = self.bounds.watched;
        if disk.is_none() && inodes.is_none() {
            return None;
        }
        let (bytes, files) = self.scratch()?;
        let layer = sink.stored();
        let mut sum = (bytes + layer.bytes, files + layer.files);
        let within = |bytes: u64| disk.is_none_or(|limit| bytes <= limit.as_bytes());
        if within(sum.0) && !within(sum.0 + layer.unexplained) {
            // What cannot be looked through in time is taken for its own.
            let views = self.views.as_ref()?;
            let nameless = views.processes.nameless(views.root.as_ref()).unwrap_or(layer.unexplained);
            sum.0 += nameless.min(layer.unexplained);
        }
        if let Some(Full { of, limit, usage }) = self.over(sum) {
            return Some(Outcome::DiskFull { of, limit, usage: Some(usage), code: spec::ExitCode::KILLED.0 });
        }
        self.fill((bytes, files), layer);
        None
    }

    /// Which limit so many bytes and files are over.
    fn over(&self, (bytes, files): (u64, u64)) -> Option<Full> {
        let Watched { disk, inodes, .. } = self.bounds.watched;
        let disk = disk.map(Size::as_bytes).filter(|limit| bytes > limit.saturating_add(SLACK));
        let disk = disk.map(|limit| Full { of: Room::Disk, limit, usage: bytes });
        let inodes = inodes.filter(|limit| files > *limit);
        disk.or(inodes.map(|limit| Full { of: Room::Inodes, limit, usage: files }))
    }

    /// Takes note of what is full without being over: the kernel refuses what does not fit.
    fn fill(&mut self, (bytes, files): (u64, u64), layer: Stored) {
        let Watched { scratch, inodes, .. } = self.bounds.watched;
        let scratch = scratch.map(|limit| Full { of: Room::Scratch, limit: limit.as_bytes(), usage: bytes });
        let files = inodes.map(|limit| Full { of: Room::Inodes, limit, usage: files + layer.files });
        let scratch = scratch.filter(|full| full.usage + SLACK >= full.limit);
        self.full = scratch.or(files.filter(|full| full.usage >= full.limit));
    }

    /// What was found full, the last time.
    pub(super) fn full(&self) -> Option<Full> {
        self.full
    }

    /// The most processes at one time, as far as they were seen.
    pub(super) fn peak_tasks(&self) -> u32 {
        self.peak_tasks
    }

    /// Processes that the kernel ended for want of memory.
    pub(super) fn killed(&self) -> u64 {
        self.cgroup.map_or(0, Cgroup::killed)
    }

    /// Processes that the kernel refused, where it counts them.
    pub(super) fn refused(&self) -> u64 {
        self.cgroup.map_or(0, Cgroup::refused)
    }

    /// What was used, as far as it is known better than by `usage`, which is what the buried processes had used.
    pub(super) fn refine(&self, mut usage: Usage) -> Usage {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        if let Some((user, system)) = self.cgroup.and_then(Cgroup::time) {
            (usage.cpu_user_us, usage.cpu_system_us) = (micros(user), micros(system));
        } else {
            // Those that were killed together with init were waited for by nobody.
            usage.cpu_user_us = usage.cpu_user_us.max(micros(self.time.0));
            usage.cpu_system_us = usage.cpu_system_us.max(micros(self.time.1));
        }
        let largest = self.largest.as_ref().map_or(0, |process| process.resident);
        usage.peak_memory_bytes = usage.peak_memory_bytes.max(largest);
        match self.cgroup.and_then(Cgroup::memory_peak) {
            Some(peak) => (usage.peak_memory_bytes, usage.memory_of) = (peak, MemoryOf::Cgroup),
            None if self.peak_memory > 0 => {
                (usage.peak_memory_bytes, usage.memory_of) = (self.peak_memory, MemoryOf::Watch);
            }
            None => {}
        }
        usage.stalled = self.cgroup.and_then(Cgroup::stalled);
        let counted = self.cgroup.and_then(Cgroup::tasks_peak);
        // Init is in the group.
        let counted = counted.and_then(|peak| u32::try_from(peak.saturating_sub(1)).ok());
        usage.peak_processes = counted.or((self.peak_tasks > 0).then_some(self.peak_tasks));
        usage
    }
}

/// What may be over or missing without being told: directories and attributes take room that nobody asked for, and a file
/// system in memory is full when the last page is.
const SLACK: u64 = 64 * 1024;

/// Bytes and files of the scratch space.
fn scratch(views: &Views) -> (u64, u64) {
    let Some(Ok(space)) = views.root.as_ref().map(fstatfs) else { return (0, 0) };
    let block = u64::try_from(space.f_bsize).unwrap_or(4096);
    let files = space.f_files.saturating_sub(space.f_ffree);
    (space.f_blocks.saturating_sub(space.f_bfree) * block, files)
}
