//! Where profiles are found, and which of several wins.

use std::ffi::OsStr;

use super::given;
use crate::Request;
use crate::fixture::{Fixture, profile};
use crate::profile::{Listed, check, list, show};

/// The first line of a profile's lifetime tells which file was used.
fn used(fixture: &Fixture, wanted: &str) -> String {
    let text = given(fixture, wanted);
    text.lines().find_map(|line| line.strip_prefix("lifetime = ")).unwrap_or(&text).to_owned()
}

#[test]
fn the_stronger_place_wins() {
    let fixture = Fixture::new();
    let host = |fixture: &Fixture| used(fixture, "work");
    fixture.write("etc/aisbx/work.yaml", "lifetime: 4s");
    assert_eq!(host(&fixture), "4s (/etc/aisbx/work.yaml:1:1)");
    fixture.write("home/u/.config/aisbx/config.yaml", "profiles: {work: {lifetime: 3s}}");
    assert_eq!(host(&fixture), "3s (/home/u/.config/aisbx/config.yaml:1:19)");
    fixture.write("home/u/.config/aisbx/work.yml", "lifetime: 2s");
    assert_eq!(host(&fixture), "2s (/home/u/.config/aisbx/work.yml:1:1)");
    fixture.write("home/u/.config/aisbx/profiles/work.yaml", "lifetime: 1s");
    assert_eq!(host(&fixture), "1s (/home/u/.config/aisbx/profiles/work.yaml:1:1)");
    let one = fixture.write("one.yaml", "name: work\nlifetime: 6s");
    let dir = fixture.write("more/work.yaml", "lifetime: 5s").parent().unwrap().to_owned();
    let paths = std::env::join_paths([&one, &dir]).unwrap();
    let fixture = fixture.with("AISBX_CONFIG_PATH", paths);
    assert_eq!(host(&fixture), "6s (/one.yaml:2:1)");
    let fixture = fixture.with("AISBX_CONFIG_PATH", dir.into_os_string());
    assert_eq!(host(&fixture), "5s (/more/work.yaml:1:1)");
    let elsewhere = fixture.path("xdg");
    let fixture = fixture.with("AISBX_CONFIG_PATH", "").with("XDG_CONFIG_HOME", elsewhere);
    assert_eq!(host(&fixture), "4s (/etc/aisbx/work.yaml:1:1)");
}

#[test]
fn a_file_is_known_by_the_name_it_gives_itself_too() {
    let fixture = Fixture::new();
    fixture.write("home/u/.config/aisbx/broken.yaml", "[");
    fixture.write("home/u/.config/aisbx/file.yaml", "name: nick\nlifetime: 1s");
    assert_eq!(used(&fixture, "nick"), "1s (/home/u/.config/aisbx/file.yaml:2:1)");
    assert_eq!(used(&fixture, "file"), "1s (/home/u/.config/aisbx/file.yaml:2:1)");
}

#[test]
fn the_workspace_never_replaces_what_the_user_means() {
    let fixture = Fixture::new();
    let text = "profiles:\n  strict: {net: host, workspace: rw}\n  work: {net: host}\n  own: {lifetime: 1s}\n";
    fixture.write("project/aisbx.yaml", text);
    fixture.write("home/u/.config/aisbx/work.yaml", "lifetime: 9s");
    assert_eq!(used(&fixture, "work"), "9s (/home/u/.config/aisbx/work.yaml:1:1)");
    assert_eq!(used(&fixture, "own"), "1s (/project/aisbx.yaml:4:9)");
    let settings = fixture.resolve(profile("strict")).unwrap();
    assert!(settings.notes.is_empty());
    insta::assert_snapshot!(settings.remarks.join("\n"), @"./aisbx.yaml has a profile `strict` too, which is not used: what comes with a workspace never replaces a profile of yours or a built-in one; to use it, give --profile ./aisbx.yaml#strict");
    let meant = fixture.resolve(profile("./aisbx.yaml#strict")).unwrap();
    assert_eq!((meant.notes.len(), meant.remarks.len()), (1, 0));
}

#[test]
fn the_workspace_is_asked_for_names_of_the_command_line_only() {
    let fixture = Fixture::new();
    fixture.write("project/aisbx.yaml", "name: own\nlifetime: 1s");
    fixture.write("project/p.yaml", "extends: own");
    assert_eq!(used(&fixture, "own"), "1s (/project/aisbx.yaml:2:1)");
    let extended = given(&fixture, "p.yaml");
    let fixture = fixture.with("AISBX_DEFAULT_PROFILE", "own");
    let by_variable = fixture.refusal(Request::default());
    insta::assert_snapshot!(format!("{extended}\n{by_variable}"), @"
    cannot extend `own`, as /project/p.yaml:1:10 asks: unknown profile `own`; known are python-dev, node-dev, go-dev, rust-dev, java-dev, dev, strict, minimal; looked in the built-in profiles, and where one may be put: /home/u/.config/aisbx (not there), /etc/aisbx (not there); ./aisbx.yaml has one of that name, but is asked only for names given with --profile
    AISBX_DEFAULT_PROFILE: unknown profile `own`; known are python-dev, node-dev, go-dev, rust-dev, java-dev, dev, strict, minimal; looked in the built-in profiles, and where one may be put: /home/u/.config/aisbx (not there), /etc/aisbx (not there); ./aisbx.yaml has one of that name, but is asked only for names given with --profile
    ");
}

#[test]
fn one_of_several_is_chosen_by_name() {
    let fixture = Fixture::new();
    fixture.write("project/two.yaml", "profiles: {a: {lifetime: 1s}, b: {lifetime: 2s}}");
    fixture.write("project/one.yaml", "profiles: {only: {lifetime: 3s}}");
    fixture.write("project/bare.yaml", "lifetime: 4s");
    let wanted = [
        "two.yaml#b",
        "one.yaml",
        "one.yaml#only",
        "two.yaml",
        "two.yaml#c",
        "bare.yaml#x",
        "./nowhere.yaml",
        "sub/none",
    ];
    insta::assert_snapshot!(wanted.map(|name| format!("{name}: {}", used(&fixture, name))).join("\n"));
}

#[test]
fn unknown_names_are_answered_with_known_ones() {
    let fixture = Fixture::new();
    fixture.write("home/u/.config/aisbx/mine.yaml", "lifetime: 1s");
    insta::assert_snapshot!(
        ["pyton-dev", "mien", "Strict", "nothing-like-it", "", "\u{1b}[31m"]
            .map(|name| given(&fixture, name))
            .join("\n")
    );
}

#[test]
fn what_the_config_path_names_must_be_there() {
    let fixture = Fixture::new();
    let path = fixture.path("nowhere");
    let fixture = fixture.with("AISBX_CONFIG_PATH", path);
    assert_eq!(fixture.message(&list(&fixture.host()).unwrap_err()), given(&fixture, "strict"));
    insta::assert_snapshot!(given(&fixture, "strict"), @"cannot use `/nowhere`, which AISBX_CONFIG_PATH names: No such file or directory (os error 2)");
}

#[test]
fn all_profiles_are_listed() {
    let fixture = Fixture::new();
    fixture.write("home/u/.config/aisbx/profiles/mine.yaml", "description: Mine");
    fixture.write("home/u/.config/aisbx/config.yaml", "profiles: {strict: {description: Tighter}}");
    fixture.write("home/u/.config/aisbx/broken.yaml", "cpu: [");
    fixture.write("etc/aisbx/mine.yaml", "description: Theirs");
    fixture.write("project/aisbx.yaml", "profiles: {own: {}, dev: {}}");
    insta::assert_snapshot!(lines(&fixture, |_| true));
}

/// The list of all profiles, a line for each that is wanted.
fn lines(fixture: &Fixture, wanted: impl Fn(&Listed) -> bool) -> String {
    let all = list(&fixture.host()).unwrap();
    let line = |one: &Listed| {
        let shadowed = if one.shadowed { " (shadowed)" } else { "" };
        let text = one.problem.as_ref().or(one.description.as_ref()).cloned().unwrap_or_default();
        fixture.neutral(&format!("{}{shadowed} [{}] {text}", one.name, one.place)).trim_end().to_owned()
    };
    all.iter().filter(|one| wanted(one)).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_profile_with_a_mistake_is_listed_with_the_first_one() {
    let fixture = Fixture::new();
    let dir = "home/u/.config/aisbx";
    fixture.write(&format!("{dir}/typing.yaml"), "description: Mine\nnetwrok: x\ncpu: no\n");
    fixture.write(&format!("{dir}/lost.yaml"), "extends: nope");
    fixture.write(&format!("{dir}/heir.yaml"), "extends: typing");
    fixture.write(&format!("{dir}/circle.yaml"), "extends: circle");
    fixture.write(&format!("{dir}/two.yaml"), "profiles: {good: {}, bad: {x: 1}}");
    fixture.write(&format!("{dir}/text.yaml"), "just text");
    fixture.write("project/aisbx.yaml", "profiles: {own: {y: 1}}");
    insta::assert_snapshot!(lines(&fixture, |one| one.place != "built-in"));
    let usable = list(&fixture.host()).unwrap().into_iter().filter(|one| one.problem.is_none());
    assert_eq!(usable.filter(|one| one.place != "built-in").map(|one| one.name).collect::<Vec<_>>(), ["good"]);
}

#[test]
fn what_is_listed_is_what_is_found() {
    let fixture = Fixture::new();
    let dir = "home/u/.config/aisbx";
    fixture.write(&format!("{dir}/profiles/deep.yaml"), "description: deep");
    fixture.write(&format!("{dir}/config.yaml"), "profiles: {deep: {description: no}, first: {description: first}}");
    fixture.write(&format!("{dir}/file.yaml"), "name: nick\ndescription: file");
    fixture.write(&format!("{dir}/first.yml"), "description: yml");
    fixture.write(&format!("{dir}/mine.yaml"), "name: strict\ndescription: mine");
    fixture
        .write(&format!("{dir}/several.yaml"), "profiles: {several: {description: many}, quick: {description: many}}");
    fixture.write("etc/aisbx/config.yaml", "description: lone");
    fixture.write("etc/aisbx/nick.yaml", "description: theirs");
    fixture.write("more/one.yaml", "name: uno\ndescription: one");
    fixture.write("project/aisbx.yaml", "profiles: {quick: {description: here}, own: {description: own}}");
    let path = fixture.path("more/one.yaml");
    let fixture = fixture.with("AISBX_CONFIG_PATH", path);
    insta::assert_snapshot!(lines(&fixture, |one| one.place != "built-in" || one.shadowed));
    for one in list(&fixture.host()).unwrap().iter().filter(|one| !one.shadowed) {
        let found = show(&fixture.host(), OsStr::new(&one.name)).unwrap();
        assert_eq!(found.description, one.description, "{}", one.name);
    }
}

#[test]
fn a_file_without_a_profile_says_so() {
    let fixture = Fixture::new();
    let file = fixture.write("project/none.yaml", "profiles: {}");
    let checked = fixture.message(&check(&fixture.host(), &file).unwrap_err());
    assert_eq!(checked, given(&fixture, "none.yaml"));
    assert_eq!(checked, given(&fixture, "none.yaml#quick"));
    insta::assert_snapshot!(checked, @"`/project/none.yaml` holds no profile: `profiles` is empty; write one below it, such as `quick: {extends: strict}`");
}

#[test]
fn one_of_several_is_checked_alone() {
    let fixture = Fixture::new();
    fixture.write("project/several.yaml", "profiles: {quick: {}, slow: {mmm: 1}}");
    let message = |wanted: &str| fixture.message(&check(&fixture.host(), wanted.as_ref()).unwrap_err());
    let quick = check(&fixture.host(), "several.yaml#quick".as_ref()).unwrap();
    assert_eq!(quick.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["quick"]);
    insta::assert_snapshot!(
        [message("several.yaml#slow"), message("several.yaml#none"), message("several.yaml")].join("\n")
    );
}

#[test]
fn a_file_is_checked_as_a_whole() {
    let fixture = Fixture::new();
    let good = fixture.write("project/good.yaml", "profiles: {a: {caps: [KILL]}, b: {extends: a, driver: lima}}");
    let checked = check(&fixture.host(), &good).unwrap();
    let checked: Vec<_> = checked.iter().map(|one| (one.name.as_str(), one.unsupported.len())).collect();
    assert_eq!(checked, [("a", 1), ("b", 2)]);
    let bad = fixture.write("project/bad.yaml", "profiles: {a: {mmm: 1g}, b: {cpu: no}, c: {}}");
    insta::assert_snapshot!(fixture.message(&check(&fixture.host(), &bad).unwrap_err()), @"
    /project/bad.yaml:1:16: unknown key `mmm`; did you mean `mem`?
    /project/bad.yaml:1:35: `cpu`: `no` is not a number of processors: write a number from 0.001 to 4000, such as 1 or 0.5
    ");
    assert!(check(&fixture.host(), "nowhere.yaml".as_ref()).is_err());
}
