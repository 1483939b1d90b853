//! The reference of the command line, as one page of Markdown.

use clap::{Arg, Command};

use super::{Artifact, cell, notice};

pub(super) fn artifact() -> Artifact {
    let mut program = aisbx_cli::command();
    program.build();
    let mut text = notice("the command line's definition in crates/cli/src/verb");
    text.push_str("# The command line\n\n");
    text.push_str(&about(&program));
    if let Some(after) = program.get_after_help() {
        text.push_str(&format!("{after}\n\n"));
    }
    text.push_str("Every verb takes `-h` and `--help`; `aisbx --version` prints the version.\n\n");
    verbs(&mut program).for_each(|verb| section(verb, &mut text));
    // Every section ends with an empty line, the page with none.
    text.truncate(text.trim_end().len());
    text.push('\n');
    Artifact { path: "docs/reference.md", text }
}

/// What stands below a command, but for `help`, which says what this page says.
fn verbs(command: &mut Command) -> impl Iterator<Item = &mut Command> {
    command.get_subcommands_mut().filter(|verb| verb.get_name() != "help")
}

/// A verb, and what stands below it.
fn section(verb: &mut Command, text: &mut String) {
    let name = verb.get_bin_name().unwrap_or_else(|| verb.get_name()).to_owned();
    let depth = name.split(' ').count();
    text.push_str(&format!("{} {name}\n\n", "#".repeat(depth)));
    text.push_str(&about(verb));
    if verb.has_subcommands() {
        return verbs(verb).for_each(|below| section(below, text));
    }
    text.push_str(&format!("    {}\n\n", verb.render_usage().to_string().trim_start_matches("Usage: ")));
    let said = |arg: &&Arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    table("Argument", verb.get_arguments().filter(said).filter(|arg| arg.is_positional()), text);
    table("Option", verb.get_arguments().filter(said).filter(|arg| !arg.is_positional()), text);
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.map(|about| format!("{}.\n\n", about.to_string().trim_end_matches('.'))).unwrap_or_default()
}

fn table<'a>(heading: &str, args: impl Iterator<Item = &'a Arg>, text: &mut String) {
    let rows: String = args.map(row).collect();
    if !rows.is_empty() {
        text.push_str(&format!("| {heading} | Meaning |\n|---|---|\n{rows}\n"));
    }
}

fn row(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    format!("| `{}` | {}{} |\n", cell(&spelling(arg)), cell(&help), words(arg))
}

/// As one types it: `-e`, `--env NAME[=VALUE]`.
fn spelling(arg: &Arg) -> String {
    let names = [arg.get_short().map(|short| format!("-{short}")), arg.get_long().map(|long| format!("--{long}"))];
    let names: Vec<_> = names.into_iter().flatten().collect();
    let value = arg.get_action().takes_values().then(|| arg.get_value_names()).flatten();
    let value = value.map(|names| names.join(" "));
    [(!names.is_empty()).then(|| names.join("`, `")), value].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The words an argument takes, where they are few and not named already, and its default.
fn words(arg: &Arg) -> String {
    if !arg.get_action().takes_values() {
        return String::new();
    }
    let named = spelling(arg);
    let words: Vec<_> = arg.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
    let words = if named.ends_with(&words.join("|")) { Vec::new() } else { words };
    let defaults: Vec<_> = arg.get_default_values().iter().map(|word| word.to_string_lossy()).collect();
    let one_of = (!words.is_empty()).then(|| format!("; one of `{}`", words.join("`, `")));
    let default = (!defaults.is_empty()).then(|| format!("; `{}` unless given", defaults.join(" ")));
    [one_of, default].into_iter().flatten().collect()
}
