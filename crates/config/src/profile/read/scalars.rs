//! The keys that hold one word or amount.

use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use spec::{Access, Driver, Syscalls};

use super::{Fault, Reader};
use crate::limit::{self, Amount, Range};
use crate::profile::{NetworkRule, Toolchains};
use crate::yaml::{Entry, Value};
use crate::{Ceiling, Sourced};

/// Ways to write what a sandbox may do with its workspace: the plain modes, and the words of the `filesystem` shorthand.
const ACCESS: [(&str, Access); 5] =
    [("ro", Access::Ro), ("rw", Access::Rw), ("cow", Access::Cow), ("read-only", Access::Ro), ("relaxed", Access::Rw)];

const SYSCALLS: [(&str, Syscalls); 3] =
    [("minimal", Syscalls::Minimal), ("baseline", Syscalls::Baseline), ("development", Syscalls::Development)];

impl Reader {
    pub(crate) fn name(&mut self, entry: &Entry) {
        self.profile.name = self.owned(entry);
    }

    pub(crate) fn description(&mut self, entry: &Entry) {
        self.profile.description = self.owned(entry);
    }

    fn owned(&mut self, entry: &Entry) -> Option<Sourced<String>> {
        let text = self.text(entry)?.to_owned();
        Some(self.sourced(text, entry.mark))
    }

    pub(crate) fn driver(&mut self, entry: &Entry) {
        self.profile.driver = self.word(entry, &Driver::ALL);
    }

    pub(crate) fn cpu(&mut self, entry: &Entry) {
        self.profile.cpu = self.amount(entry, |key, error| Fault::Cpu { key, error });
    }

    pub(crate) fn memory(&mut self, entry: &Entry) {
        self.profile.memory = self.limit(entry, &limit::MEMORY);
    }

    pub(crate) fn disk(&mut self, entry: &Entry) {
        self.profile.disk = self.limit(entry, &limit::DISK);
    }

    pub(crate) fn lifetime(&mut self, entry: &Entry) {
        self.profile.lifetime = self.amount(entry, |key, error| Fault::Lifetime { key, error });
    }

    pub(crate) fn cpu_time(&mut self, entry: &Entry) {
        self.profile.cpu_time = self.amount(entry, |key, error| Fault::Lifetime { key, error });
    }

    pub(crate) fn file_size(&mut self, entry: &Entry) {
        self.profile.file_size = self.limit(entry, &limit::BYTES);
    }

    pub(crate) fn output(&mut self, entry: &Entry) {
        self.profile.output = self.limit(entry, &limit::BYTES);
    }

    pub(crate) fn pids(&mut self, entry: &Entry) {
        self.profile.pids = self.limit(entry, &limit::PIDS);
    }

    pub(crate) fn cpu_shares(&mut self, entry: &Entry) {
        self.profile.cpu_shares = self.limit(entry, &limit::CPU_SHARES);
    }

    pub(crate) fn inodes(&mut self, entry: &Entry) {
        self.profile.inodes = self.limit(entry, &limit::INODES);
    }

    pub(crate) fn open_files(&mut self, entry: &Entry) {
        self.profile.open_files = self.limit(entry, &limit::OPEN_FILES);
    }

    fn limit<T: Amount>(&mut self, entry: &Entry, range: &Range<T>) -> Option<Sourced<Ceiling<T>>> {
        self.value(entry, |text| range.read(text), |key, error| Fault::Limit { key, error })
    }

    fn amount<T: FromStr>(
        &mut self,
        entry: &Entry,
        fault: impl FnOnce(String, T::Err) -> Fault,
    ) -> Option<Sourced<Ceiling<T>>> {
        self.value(entry, str::parse, fault)
    }

    fn value<T, E>(
        &mut self,
        entry: &Entry,
        read: impl FnOnce(&str) -> Result<T, E>,
        fault: impl FnOnce(String, E) -> Fault,
    ) -> Option<Sourced<T>> {
        match read(self.text(entry)?) {
            Ok(value) => Some(self.sourced(value, entry.mark)),
            Err(error) => {
                let fault = fault(self.named(entry), error);
                self.problem(entry.node.mark, fault);
                None
            }
        }
    }

    pub(crate) fn network(&mut self, entry: &Entry) {
        self.profile.network = match &entry.node.value {
            Value::Map(_) => self.network_map(entry),
            _ => self.word(entry, &NetworkRule::WORDS),
        };
    }

    pub(crate) fn access(&mut self, entry: &Entry) {
        self.profile.access = self.word(entry, &ACCESS);
    }

    pub(crate) fn toolchains(&mut self, entry: &Entry) {
        self.profile.toolchains = self.word(entry, &Toolchains::ALL);
    }

    pub(crate) fn syscalls(&mut self, entry: &Entry) {
        self.profile.syscalls = self.word(entry, &SYSCALLS);
    }

    pub(crate) fn seccomp(&mut self, entry: &Entry) {
        let path = self.text(entry).and_then(|text| self.host_path(text, entry.node.mark));
        self.profile.seccomp = path.map(|path| self.sourced(path, entry.mark));
    }

    pub(crate) fn workdir(&mut self, entry: &Entry) {
        let Some(text) = self.text(entry) else { return };
        if Path::new(text).components().any(|part| part == Component::ParentDir) {
            return self.problem(entry.node.mark, Fault::Workdir(text.to_owned()));
        }
        self.profile.workdir = Some(self.sourced(PathBuf::from(text), entry.mark));
    }
}
