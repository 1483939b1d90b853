//! The compiled program against the policy it was compiled from, by a second reading of both.

use super::*;

/// Runs a program as the kernel does (net/core/filter.c), on one call.
fn run(program: &Program, architecture: u32, number: u32, arguments: [u64; 6]) -> u32 {
    let mut data = [0_u8; 64];
    data[0..4].copy_from_slice(&number.to_ne_bytes());
    data[4..8].copy_from_slice(&architecture.to_ne_bytes());
    for (index, argument) in arguments.iter().enumerate() {
        data[16 + 8 * index..24 + 8 * index].copy_from_slice(&argument.to_ne_bytes());
    }
    let (mut at, mut accumulator) = (0, 0);
    loop {
        let instruction = program.0[at];
        let jump = |holds: bool| usize::from(if holds { instruction.jump_true } else { instruction.jump_false });
        at += 1;
        match instruction.code {
            LOAD => {
                let offset = instruction.operand as usize;
                accumulator = u32::from_ne_bytes(data[offset..offset + 4].try_into().unwrap());
            }
            JUMP_EQUAL => at += jump(accumulator == instruction.operand),
            JUMP_AT_LEAST => at += jump(accumulator >= instruction.operand),
            JUMP_ABOVE => at += jump(accumulator > instruction.operand),
            MASK => accumulator &= instruction.operand,
            JUMP_BITS => at += jump(accumulator & instruction.operand != 0),
            JUMP => at += instruction.operand as usize,
            RETURN => return instruction.operand,
            other => panic!("unknown instruction {other}"),
        }
    }
}

/// Reads a policy by its definition: the first rule that matches.
fn expect(policy: &Policy<'_>, number: u32, arguments: [u64; 6]) -> u32 {
    let holds = |condition: &Condition| condition.holds(&arguments);
    let action = if number >= X32 {
        Action::Kill
    } else if number > policy.last_known {
        Action::Errno(libc::ENOSYS as u16)
    } else {
        let first = policy.rules.iter().find(|rule| rule.number == number && rule.conditions.iter().all(holds));
        first.map_or(policy.otherwise, |rule| rule.action)
    };
    answer(action).operand
}

const EDGES: [u64; 7] = [0, 1, 2, 0x5412, 0x1_0000_5412, 0xFFFF_FFFF, u64::MAX];

fn check_all(policy: &Policy<'_>) {
    let program = Program::new(policy).unwrap();
    for number in (0..1024).chain([X32 - 1, X32, X32 | 59, u32::MAX]) {
        for first in EDGES {
            for second in EDGES {
                let arguments = [first, second, first, second, first, second];
                assert_eq!(run(&program, NATIVE, number, arguments), expect(policy, number, arguments), "{number}");
            }
        }
        for foreign in [0x4000_0003, 0xC000_00B7 ^ 0xC000_003E ^ NATIVE, 0] {
            assert_eq!(run(&program, foreign, number, [0; 6]), libc::SECCOMP_RET_KILL_PROCESS);
        }
    }
}

#[test]
fn a_small_policy_means_what_it_says() {
    let condition = |argument, test| Condition { argument, test };
    let both = [condition(0, Test::Is(2)), condition(1, Test::IsNot(1))];
    let bits = [condition(1, Test::AnyBit(0x10))];
    let rules = [
        Rule { number: 41, conditions: &both, action: Action::Errno(97) },
        Rule { number: 41, conditions: &bits, action: Action::Kill },
        Rule { number: 0, conditions: &[], action: Action::Errno(1) },
        Rule { number: 1, conditions: &[], action: Action::Errno(1) },
        Rule { number: 400, conditions: &[], action: Action::Errno(1) },
    ];
    check_all(&Policy { rules: &rules, otherwise: Action::Allow, last_known: 400 });
}

#[test]
fn jumps_past_a_byte_are_right() {
    let condition = [Condition { argument: 3, test: Test::Is(1) }];
    let rules: Vec<_> = (0..470)
        .step_by(2)
        .map(|number| Rule { number, conditions: &condition, action: Action::Errno((number % 100) as u16 + 1) })
        .collect();
    check_all(&Policy { rules: &rules, otherwise: Action::Allow, last_known: 470 });
    assert!(Program::new(&Policy { rules: &rules, otherwise: Action::Allow, last_known: 470 }).unwrap().0.len() > 1000);
}

#[test]
fn an_empty_policy_is_its_default() {
    check_all(&Policy { rules: &[], otherwise: Action::Errno(1), last_known: 300 });
}

#[test]
fn whole_arguments_are_compared() {
    use Comparison::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    let all = [Equal, NotEqual, Less, AtMost, AtLeast, Greater];
    let values = [0, 1, 0x5412, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_5412, u64::MAX];
    for comparison in all {
        for value in values {
            for second in [Test::Masked(0x1_0000_0001, 1), Test::Wide(Less, 3), Test::AnyBit(2)] {
                let conditions = [
                    Condition { argument: 0, test: Test::Wide(comparison, value) },
                    Condition { argument: 1, test: second },
                ];
                let rules = [Rule { number: 7, conditions: &conditions, action: Action::Errno(9) }];
                let policy = Policy { rules: &rules, otherwise: Action::Allow, last_known: 9 };
                let program = Program::new(&policy).unwrap();
                for first in EDGES.into_iter().chain(values) {
                    for other in EDGES {
                        let arguments = [first, other, 0, 0, 0, 0];
                        let found = run(&program, NATIVE, 7, arguments);
                        assert_eq!(found, expect(&policy, 7, arguments), "{comparison:?} {value:#x}: {arguments:x?}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_the_kernel_does_not_take_is_refused() {
    let many = [Condition { argument: 0, test: Test::Wide(Comparison::Equal, 1) }; 60];
    let rules = [Rule { number: 7, conditions: &many, action: Action::Kill }];
    assert_eq!(Program::new(&Policy { rules: &rules, otherwise: Action::Allow, last_known: 9 }), Err(TooLong));
    let rules: Vec<_> = (0..2000)
        .map(|number| Rule { number, conditions: &many[..1], action: Action::Errno((number % 90) as u16 + 1) })
        .collect();
    assert_eq!(Program::new(&Policy { rules: &rules, otherwise: Action::Allow, last_known: 2000 }), Err(TooLong));
}
