//! The second disk: the executables and the tests, and what the machine is to do with them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{
    case::{Case, Part, SLOW},
    image,
};
use crate::test::Kit;

/// Where the disk is seen in the machine.
const PLACE: &str = "/kit";

const INIT: &str = include_str!("guest/init.sh");
const TESTS: &str = include_str!("guest/tests.sh");
const SHELL: &str = include_str!("guest/shell.sh");

const SIZE: &str = "256M";

/// What the machine does when it is up.
#[derive(Clone, Copy)]
pub(super) enum Task<'a> {
    Tests(Choice<'a>),
    Shell,
}

/// Which of the tests.
#[derive(Clone, Copy)]
pub(super) enum Choice<'a> {
    Daily,
    Everything,
    /// Those whose names hold one of these words.
    Named(&'a [String]),
}

pub(super) fn pack(case: &Case, kit: &Kit, task: Task<'_>, folder: &Path) -> Result<PathBuf> {
    let scratch = image::scratch(folder)?;
    let tree = image::folder(&scratch.path().join("tree"))?;
    let kit = kit.copy_to(&tree)?;
    let guest = image::folder(&tree.join("guest"))?;
    let write = |name: &str, text: &str| {
        fs::write(guest.join(name), text).with_context(|| format!("cannot write {name} for the virtual machine"))
    };
    write("init.sh", INIT)?;
    write("task.sh", if matches!(task, Task::Shell) { SHELL } else { TESTS })?;
    write("settings.sh", &settings(case, &kit, &tree)?)?;
    write("sysctl.conf", case.sysctls)?;
    write("mounts", &lines(case.mounts.iter().map(|(place, options)| format!("{place} {options}"))))?;
    if let Task::Tests(choice) = task {
        let write_words = |part: &Part| write(&format!("words.{}", part.user), &lines(words(case, part, choice)));
        case.parts.iter().try_for_each(write_words)?;
    }
    let file = folder.join("kit.img");
    image::make(&tree, SIZE, &file)?;
    Ok(file)
}

/// Names chosen by hand are run even where they are slow.
fn words(case: &Case, part: &Part, choice: Choice<'_>) -> Vec<String> {
    let (chosen, left_out): (Vec<&str>, _) = match choice {
        Choice::Daily => (part.daily.to_vec(), [SLOW, case.forbidden].concat()),
        Choice::Everything => ([part.daily, part.more].concat(), case.forbidden.to_vec()),
        Choice::Named(names) => (names.iter().map(String::as_str).collect(), Vec::new()),
    };
    chosen.into_iter().chain(left_out.into_iter().flat_map(|name| ["--skip", name])).map(String::from).collect()
}

fn settings(case: &Case, kit: &Kit, tree: &Path) -> Result<String> {
    let inside = |file: &Path| {
        let below = file.strip_prefix(tree).context("a part of the kit is not in its folder")?;
        anyhow::Ok(Path::new(PLACE).join(below).display().to_string())
    };
    let (tests, launcher, probe) = (inside(&kit.tests)?, inside(&kit.launcher)?, inside(&kit.probe)?);
    let (name, users) = (case.name, case.parts.iter().map(|part| part.user).collect::<Vec<_>>().join(" "));
    Ok(format!("CASE={name}\nUSERS='{users}'\nTESTS={tests}\nLAUNCHER={launcher}\nPROBE={probe}\n"))
}

fn lines(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().map(|word| word + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::{Choice, words};
    use crate::vm::case;

    #[test]
    fn names_chosen_by_hand_replace_those_of_the_case() {
        let case = &case::chosen(Some("hardened")).expect("a case")[0];
        let of = |choice| words(case, &case.parts[0], choice);
        assert_eq!(words(case, &case.parts[0], Choice::Named(&["files::".into()])), ["files::"]);
        assert!(of(Choice::Daily).iter().any(|word| word == "scratch_space_is_fresh_and_bounded"));
        assert!(!of(Choice::Everything).iter().any(|word| word == "scratch_space_is_fresh_and_bounded"));
    }
}
