//! Writes policies as the tables of a module of the sandbox's.

use std::fmt::Write as _;

use super::parse::{Answer, Class, Condition, Row, Set, Severity, Test};

const HEAD: &str = "\
// Made by the build script from the policies.
use linux::seccomp::{Condition, Test};
use spec::Severity;

use super::{Class, Row};

";

/// Calls that x86-64 alone has.
const X86: [&str; 21] = [
    "_sysctl",
    "chmod",
    "chown",
    "creat",
    "fork",
    "futimesat",
    "inotify_init",
    "ioperm",
    "iopl",
    "lchown",
    "mknod",
    "modify_ldt",
    "open",
    "sysfs",
    "uselib",
    "ustat",
    "utime",
    "utimes",
    "vfork",
    "unlink",
    "mkdir",
];

/// Calls that libc has no name for: by number, the same on every architecture from 424 on.
const NUMBERED: [(&str, &str); 10] = [
    ("fchmodat2", "452"),
    ("file_getattr", "468"),
    ("file_setattr", "469"),
    ("listmount", "458"),
    ("lookup_dcookie", "LOOKUP_DCOOKIE"),
    ("lsm_set_self_attr", "460"),
    ("open_tree_attr", "467"),
    ("removexattrat", "466"),
    ("setxattrat", "463"),
    ("statmount", "457"),
];

const TAIL: &str = "
/// `lookup_dcookie` left the kernel in 6.7; libc dropped its name, the number stays reserved.
#[cfg(target_arch = \"x86_64\")]
const LOOKUP_DCOOKIE: libc::c_long = 212;
#[cfg(target_arch = \"aarch64\")]
const LOOKUP_DCOOKIE: libc::c_long = 18;
";

/// The whole module.
pub(super) fn table(sets: &[Set]) -> String {
    let mut text = HEAD.to_owned();
    for set in sets {
        push(
            &mut text,
            format_args!("/// policies/{}.policy\npub(super) static {}: &[Row] = &[\n", set.name, constant(&set.name)),
        );
        for class in &set.classes {
            class.rows.iter().for_each(|row| rows(&mut text, set, class, row));
        }
        text.push_str("];\n");
        set.classes.iter().for_each(|class| self::class(&mut text, set, class));
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text.push_str(TAIL);
    text
}

fn class(text: &mut String, set: &Set, class: &Class) {
    let severity = match class.severity {
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
    };
    let Class { name, grant, .. } = class;
    push(
        text,
        format_args!(
            "static {}: Class = Class {{ policy: {:?}, name: {name:?}, severity: Severity::{severity}, grant: {grant:?} }};\n",
            class_constant(set, class),
            set.name
        ),
    );
}

fn rows(text: &mut String, set: &Set, class: &Class, row: &Row) {
    for call in &row.calls {
        if X86.contains(&call.as_str()) {
            text.push_str("    #[cfg(target_arch = \"x86_64\")]\n");
        }
        let number = NUMBERED.iter().find(|(name, _)| name == call).map(|(_, number)| (*number).to_owned());
        let number = number.unwrap_or_else(|| format!("libc::SYS_{call}"));
        let conditions: Vec<_> = row.conditions.iter().map(condition).collect();
        let Answer { error, told } = &row.answer;
        let errno = error.as_ref().map_or("0".to_owned(), |error| format!("libc::{error}"));
        push(
            text,
            format_args!(
                "    Row {{ name: {call:?}, number: {number}, conditions: &[{}], errno: {errno}, told: {told}, class: &{}, line: {}, reason: {:?} }},\n",
                conditions.join(", "),
                class_constant(set, class),
                row.line,
                row.reason
            ),
        );
    }
}

fn condition(condition: &Condition) -> String {
    let Condition { argument, test, value } = condition;
    let value: Vec<_> = value.split('|').map(|part| operand(part, *test)).collect();
    let value = value.join(" | ");
    let test = match test {
        Test::Has => format!("AnyBit({value})"),
        Test::Lacks => format!("Masked({value}, 0)"),
        Test::Is => format!("Is({value})"),
        Test::IsNot => format!("IsNot({value})"),
    };
    format!("Condition {{ argument: {argument}, test: Test::{test} }}")
}

fn operand(part: &str, test: Test) -> String {
    let wide = if test == Test::Lacks { "u64" } else { "u32" };
    if part.starts_with(|c: char| c.is_ascii_digit()) { part.to_owned() } else { format!("libc::{part} as {wide}") }
}

fn constant(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

fn class_constant(set: &Set, class: &Class) -> String {
    format!("{}_{}", constant(&set.name), constant(&class.name))
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    // Writing to a text never fails.
    let _ = text.write_fmt(more);
}
