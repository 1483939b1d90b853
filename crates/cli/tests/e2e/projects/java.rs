//! A Java program: compiled and run.

use crate::harness::World;

#[test]
fn a_java_program_is_compiled_and_run() {
    let world = World::new().with_real_home();
    world.write(
        "workspace/src/greet/Greeting.java",
        "package greet;\npublic record Greeting(String name) { public String text() { return \"hello \" + name; } }\n",
    );
    let main = "import greet.Greeting;\nimport java.nio.file.*;\n\
        public class Main { public static void main(String[] arguments) throws Exception {\n\
        Files.writeString(Path.of(\"written.txt\"), \"by Java\");\n\
        var thread = new Thread(() -> System.out.println(new Greeting(\"Java\").text()));\n\
        thread.start(); thread.join(); System.exit(5); } }\n";
    world.write("workspace/src/Main.java", main);
    let line = "javac -d out src/Main.java src/greet/Greeting.java && java -cp out Main";
    let report = world.sandbox().profile("java-dev").report(["sh", "-c", line]);
    assert_eq!((report.exit_code, report.stdout.text.as_str()), (5, "hello Java\n"), "{report:?}");
    let created = report.changes.expect("changes").created;
    assert!(
        created.contains(&"written.txt".to_owned()) && created.contains(&"out/Main.class".to_owned()),
        "{created:?}"
    );
}
