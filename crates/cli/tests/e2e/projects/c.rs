//! A C program: compiled and run.

use crate::harness::World;

#[test]
fn a_c_program_is_compiled_and_run() {
    let world = World::new();
    world.write("workspace/hello.h", "#define GREETING \"hello from C\"\n");
    let program = "#include <stdio.h>\n#include <pthread.h>\n#include \"hello.h\"\n\
        static void *work(void *nothing) { puts(GREETING); return nothing; }\n\
        int main(void) { pthread_t thread; pthread_create(&thread, 0, work, 0); pthread_join(thread, 0); return 3; }\n";
    world.write("workspace/hello.c", program);
    let report = world.sandbox().report(["sh", "-c", "gcc -O2 -Wall -Werror -pthread -o hello hello.c && ./hello"]);
    assert_eq!((report.exit_code, report.stdout.text.as_str()), (3, "hello from C\n"), "{report:?}");
    assert_eq!(report.changes.expect("changes").created, ["hello"]);
}

#[test]
fn make_builds_what_changed_only() {
    let world = World::new();
    world.write("workspace/Makefile", "all: a b\na: a.c\n\tgcc -o $@ $<\nb: b.c\n\tgcc -o $@ $<\n");
    for name in ["a", "b"] {
        world.write(&format!("workspace/{name}.c"), "int main(void) { return 0; }\n");
    }
    let ended = world
        .sandbox()
        .workspace("rw")
        .sh("command -v make >/dev/null || { touch a b; exit 0; }; make -j2 && make")
        .success();
    assert!(world.workspace().join("a").exists() && world.workspace().join("b").exists(), "{ended}");
}
