//! The keys `environment` and `env_pass`.

use std::ffi::OsStr;

use super::{Fault, Reader};
use crate::variable::{Assignment, Pattern, Variable, VariableError};
use crate::yaml::{Entry, Mark, Value};

impl Reader {
    pub(crate) fn env_pass(&mut self, entry: &Entry) {
        for (text, mark) in self.texts(entry) {
            let pattern = Pattern::parse(OsStr::new(text));
            if let Some(pattern) = self.variable(pattern, entry, mark) {
                let pattern = self.sourced(pattern, mark);
                self.profile.env_pass.push(pattern);
            }
        }
    }

    /// A mapping or a list of `NAME=VALUE`; in both, a name without a value passes the host's, as in a Compose file.
    pub(crate) fn environment(&mut self, entry: &Entry) {
        match &entry.node.value {
            Value::Map(entries) => entries.iter().for_each(|variable| self.environment_entry(entry, variable)),
            Value::List(_) => {
                for (text, mark) in self.texts(entry) {
                    let assignment = Assignment::parse(OsStr::new(text));
                    self.assign(entry, assignment, mark);
                }
            }
            _ => {
                let wanted = "a mapping, or a list of NAME=VALUE";
                let fault = Fault::Type { key: self.named(entry), wanted, found: entry.node.kind() };
                self.problem(entry.node.mark, fault);
            }
        }
    }

    fn environment_entry(&mut self, section: &Entry, variable: &Entry) {
        let name = OsStr::new(&variable.key);
        let assignment = match &variable.node.value {
            Value::Scalar(scalar) if scalar.is_null() => {
                Variable::new(name, OsStr::new("")).map(|variable| Assignment::Pass(variable.name))
            }
            Value::Scalar(scalar) => Variable::new(name, OsStr::new(&scalar.text)).map(Assignment::Set),
            _ => {
                let key = format!("{}.{}", section.key, variable.key);
                let fault = Fault::Type { key, wanted: "a single value", found: variable.node.kind() };
                return self.problem(variable.node.mark, fault);
            }
        };
        self.assign(section, assignment, variable.mark);
    }

    fn assign(&mut self, section: &Entry, assignment: Result<Assignment, VariableError>, mark: Mark) {
        match self.variable(assignment, section, mark) {
            Some(Assignment::Set(variable)) => self.keep_variable(variable, section, mark),
            Some(Assignment::Pass(name)) => {
                let pattern = self.sourced(Pattern::exactly(name), mark);
                self.profile.env_pass.push(pattern);
            }
            None => {}
        }
    }

    fn keep_variable(&mut self, variable: Variable, section: &Entry, mark: Mark) {
        if self.profile.environment.iter().any(|known| known.value.name == variable.name) {
            let key = format!("{}.{}", section.key, variable.name.to_string_lossy());
            return self.problem(mark, Fault::VariableTwice { key });
        }
        let variable = self.sourced(variable, mark);
        self.profile.environment.push(variable);
    }

    fn variable<T>(&mut self, value: Result<T, VariableError>, section: &Entry, mark: Mark) -> Option<T> {
        value.map_err(|error| self.problem(mark, Fault::Variable { key: section.key.clone(), error })).ok()
    }
}
