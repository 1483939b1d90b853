//! Reads a policy: classes, and below each the calls that are in it.

/// What is wrong, in words.
pub(super) type Result<T> = std::result::Result<T, String>;

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) classes: Vec<Class>,
}

/// What belongs together: told and answered alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) severity: Severity,
    /// The line of a profile that grants what is in it, if any does.
    pub(super) grant: Option<String>,
    pub(super) rows: Vec<Row>,
}

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    Low,
    Medium,
    High,
}

/// One line: calls that meet the same for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) calls: Vec<String>,
    pub(super) conditions: Vec<Condition>,
    pub(super) answer: Answer,
    pub(super) reason: String,
}

/// What an argument must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) argument: u8,
    pub(super) test: Test,
    /// A number, or names of the C library and numbers joined by `|`.
    pub(super) value: String,
}

/// How it is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// Any of these bits is set.
    Has,
    /// None of them is.
    Lacks,
    Is,
    IsNot,
}

/// What a call meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The name of the error; `None` where nothing is done and success is said.
    pub(super) error: Option<String>,
    /// Whether it is told.
    pub(super) told: bool,
}

/// Reads a whole policy.
pub(super) fn set(name: String, text: &str) -> Result<Set> {
    let mut classes: Vec<Class> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let here = |what| format!("line {number}, `{line}`: {what}");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(heading) = line.strip_prefix("class ") {
            classes.push(class(heading).map_err(here)?);
            continue;
        }
        let class = classes.last_mut().ok_or_else(|| here("there is no class above it".to_owned()))?;
        class.rows.push(row(number, line).map_err(here)?);
    }
    ensure(classes.iter().all(|class| !class.rows.is_empty()), || "a class has no rows".to_owned())?;
    Ok(Set { name, classes })
}

/// `NAME (SEVERITY, never granted): ABOUT`, or with ``granted by `LINE` ``.
fn class(heading: &str) -> Result<Class> {
    let (name, rest) = heading.split_once(" (").ok_or("a class needs its severity in parentheses")?;
    let (traits, about) = rest.split_once("): ").ok_or("a class needs `: ` and what it is about")?;
    ensure(!about.is_empty(), || "a class needs to say what it is about".to_owned())?;
    let (severity, granted) = traits.split_once(", ").ok_or("a class needs to say what grants it")?;
    let line = granted.strip_prefix("granted by `").and_then(|line| line.strip_suffix('`'));
    ensure(line.is_some() || granted == "never granted", || {
        format!("`{granted}` is neither `never granted` nor granted by a line")
    })?;
    let severity = match severity {
        "low" => Severity::Low,
        "medium" => Severity::Medium,
        "high" => Severity::High,
        other => return Err(format!("`{other}` is not low, medium or high")),
    };
    Ok(Class { name: name.to_owned(), severity, grant: line.map(str::to_owned), rows: Vec::new() })
}

/// `CALL, CALL [where CONDITION and CONDITION] -> ANSWER: REASON`.
fn row(line: usize, text: &str) -> Result<Row> {
    let (matched, rest) = text.split_once(" -> ").ok_or("a row needs ` -> `")?;
    let (answer, reason) = rest.split_once(": ").ok_or("a row needs `: ` and a reason")?;
    let (calls, conditions) = matched.split_once(" where ").unwrap_or((matched, ""));
    let conditions = conditions.split(" and ").filter(|text| !text.is_empty()).map(condition);
    Ok(Row {
        line,
        calls: calls.split(", ").map(str::to_owned).collect(),
        conditions: conditions.collect::<Result<Vec<_>>>()?.concat(),
        answer: self::answer(answer)?,
        reason: reason.to_owned(),
    })
}

/// `ERROR`, `ERROR quietly` or `pretend`.
fn answer(text: &str) -> Result<Answer> {
    let (error, told) = text.strip_suffix(" quietly").map_or((text, true), |error| (error, false));
    if error == "pretend" {
        return Ok(Answer { error: None, told: false });
    }
    let known = error.starts_with('E') && error.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    ensure(known, || format!("`{error}` is no error of the C library"))?;
    Ok(Answer { error: Some(error.to_owned()), told })
}

/// `ARGUMENT has|lacks|is|is not VALUE[, VALUE]`. Several values of `is not` must all differ.
fn condition(text: &str) -> Result<Vec<Condition>> {
    let (argument, rest) = text.split_once(' ').ok_or("a condition needs an argument and a test")?;
    let argument: u8 = argument.parse().ok().filter(|argument| *argument < 6).ok_or("arguments are 0 to 5")?;
    let tests = [("is not ", Test::IsNot), ("is ", Test::Is), ("has ", Test::Has), ("lacks ", Test::Lacks)];
    let (test, values) = tests
        .iter()
        .find_map(|(word, test)| Some((*test, rest.strip_prefix(word)?)))
        .ok_or("a test is `has`, `lacks`, `is` or `is not`")?;
    let values: Vec<_> = values.split(", ").collect();
    ensure(test == Test::IsNot || values.len() == 1, || "only `is not` takes several values".to_owned())?;
    let one = |value: &&str| {
        ensure(value.split('|').all(is_value), || format!("`{value}` is no number and no name of the C library"))?;
        Ok(Condition { argument, test, value: (*value).to_owned() })
    };
    values.iter().map(one).collect()
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(what()) }
}

fn is_value(text: &str) -> bool {
    let name = |text: &str| text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let digits = |digits: &str, radix| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    let number = |prefix, radix| text.strip_prefix(prefix).is_some_and(|rest| digits(rest, radix));
    digits(text, 10)
        || number("0x", 16)
        || number("0b", 2)
        || (text.starts_with(|c: char| c.is_ascii_uppercase()) && name(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_with_its_conditions() {
        let text = "# what\nclass sockets (high, never granted): some\n\nsocket, socketpair where 0 is not AF_UNIX, 7 and 1 has 0b11|X -> \
                    EPERM quietly: for no reason\n";
        let set = set("a".to_owned(), text).unwrap();
        let [class] = set.classes.as_slice() else { panic!("{set:?}") };
        assert_eq!((class.severity, &class.grant), (Severity::High, &None));
        let [row] = class.rows.as_slice() else { panic!("{class:?}") };
        assert_eq!((row.line, row.calls.len(), row.reason.as_str()), (4, 2, "for no reason"));
        assert_eq!(row.answer, Answer { error: Some("EPERM".to_owned()), told: false });
        let found: Vec<_> = row.conditions.iter().map(|one| (one.argument, one.test, one.value.as_str())).collect();
        assert_eq!(found, [(0, Test::IsNot, "AF_UNIX"), (0, Test::IsNot, "7"), (1, Test::Has, "0b11|X")]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, what) in [
            ("mount -> EPERM: x", "there is no class above it"),
            ("class a (grave, never granted): x", "`grave` is not low, medium or high"),
            ("class a (low): x", "a class needs to say what grants it"),
            ("class a (low, always): x", "`always` is neither"),
            ("class a (low, never granted): x\nmount: x", "a row needs ` -> `"),
            ("class a (low, never granted): x\nmount -> EPERM", "a row needs `: ` and a reason"),
            ("class a (low, never granted): x\nmount -> perm: x", "`perm` is no error of the C library"),
            ("class a (low, never granted): x\nmount where 7 is 1 -> EPERM: x", "arguments are 0 to 5"),
            (
                "class a (low, never granted): x\nmount where 0 was 1 -> EPERM: x",
                "a test is `has`, `lacks`, `is` or `is not`",
            ),
            (
                "class a (low, never granted): x\nmount where 0 is 1, 2 -> EPERM: x",
                "only `is not` takes several values",
            ),
            (
                "class a (low, never granted): x\nmount where 0 is libc() -> EPERM: x",
                "`libc()` is no number and no name",
            ),
            ("class a (low, never granted): x\n", "a class has no rows"),
        ] {
            let error = set("a".to_owned(), text).unwrap_err();
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
