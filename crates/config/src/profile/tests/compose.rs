//! Profiles that extend others.

use super::given;
use crate::fixture::Fixture;

#[test]
fn the_later_wins_and_the_profile_itself_over_all() {
    let fixture = Fixture::new();
    fixture.write(
        "project/p.yaml",
        "profiles:
  one: {description: One, mem: 1g, pids: 1, env: {A: one, B: one}, mounts: ['.:/a', '.:/b']}
  two: {mem: 2g, lifetime: 2s, env: {B: two, C: two}, floor: {seccomp: off}}
  both:
    extends: [one, two]
    lifetime: 3s
    env: {C: both}
    mounts: ['./x:/b:rw']
    floor: {seccomp: required}
",
    );
    insta::assert_snapshot!(given(&fixture, "./p.yaml#both"), @"
    both
    memory = 2g (/project/p.yaml:3:9)
    pids = 1 (/project/p.yaml:2:36)
    lifetime = 3s (/project/p.yaml:6:5)
    floor seccomp = required (/project/p.yaml:9:13)
    mount /a = /project (ro) (/project/p.yaml:2:77)
    mount /b = /project/x (rw) (/project/p.yaml:8:14)
    env A = one (/project/p.yaml:2:51)
    env B = two (/project/p.yaml:3:38)
    env C = both (/project/p.yaml:7:11)
    ");
}

#[test]
fn a_built_in_profile_is_extended_by_name_and_a_file_by_path() {
    let fixture = Fixture::new();
    fixture.write("project/sub/base.yaml", "lifetime: 1m\nmounts: ['data:/data']\n");
    fixture.write("project/p.yaml", "extends: [python-dev, sub/base.yaml]\nworkspace: ro\n");
    insta::assert_snapshot!(given(&fixture, "./p.yaml"), @"
    p
    lifetime = 1m (/project/sub/base.yaml:1:1)
    network = none (built-in profile python-dev, line 8)
    workspace access = ro (/project/p.yaml:2:1)
    syscalls = baseline (built-in profile python-dev, line 9)
    floor namespaces = preferred (built-in profile python-dev, line 21)
    mount /data = /project/sub/data (ro) (/project/sub/base.yaml:2:10)
    env PYTHONUNBUFFERED = 1 (built-in profile python-dev, line 13)
    env PYTHONDONTWRITEBYTECODE = 1 (built-in profile python-dev, line 15)
    env PIP_DISABLE_PIP_VERSION_CHECK = 1 (built-in profile python-dev, line 17)
    ");
}

#[test]
fn a_profile_may_refine_the_one_whose_name_it_has() {
    let fixture = Fixture::new();
    fixture.write("home/u/.config/aisbx/config.yaml", "profiles:\n  strict: {extends: strict, lifetime: 1m}\n");
    insta::assert_snapshot!(given(&fixture, "strict"), @"
    strict
    lifetime = 1m (/home/u/.config/aisbx/config.yaml:2:29)
    network = none (built-in profile strict, line 7)
    workspace access = ro (built-in profile strict, line 6)
    syscalls = baseline (built-in profile strict, line 8)
    floor namespaces = required (built-in profile strict, line 12)
    ");
}

#[test]
fn what_cannot_be_extended_is_told() {
    let fixture = Fixture::new();
    fixture.write(
        "project/aisbx.yaml",
        "profiles:\n  a: {extends: b}\n  b: {extends: [c]}\n  c: {extends: a}\n  self: {extends: self}\n",
    );
    fixture.write("project/one.yaml", "extends: two.yaml");
    fixture.write("project/two.yaml", "extends: one.yaml");
    fixture.write("project/lost.yaml", "extends: pythn-dev");
    fixture.write("project/gone.yaml", "extends: ./gone/base.yaml");
    fixture.write("project/bad.yaml", "extends: worse.yaml");
    fixture.write("project/worse.yaml", "cpus: 1");
    let wanted = ["a", "self", "one.yaml", "lost.yaml", "gone.yaml", "bad.yaml"];
    insta::assert_snapshot!(wanted.map(|name| given(&fixture, name)).join("\n"));
}

#[test]
fn a_composition_without_end_is_cut() {
    let fixture = Fixture::new();
    let text: Vec<_> = (0..40).map(|index| format!("  p{index}: {{extends: [p{0}, p{0}]}}", index + 1)).collect();
    fixture.write("project/p.yaml", format!("profiles:\n{}\n  p40: {{}}\n", text.join("\n")));
    insta::assert_snapshot!(given(&fixture, "p.yaml#p0"), @"the profile `p0` is composed of more than 64 profiles");
}

#[test]
fn what_extends_both_kinds_has_the_floor_of_the_later() {
    let fixture = Fixture::new();
    fixture.write("project/p.yaml", "extends: [dev, strict]\n");
    let all = given(&fixture, "./p.yaml");
    assert!(all.contains("floor namespaces = required (built-in profile strict, line 12)"), "{all}");
}
