//! From a policy to instructions: a search tree over call numbers, so that the load time does not grow with the policy.

use super::{Action, Condition, Policy, Rule, Test};

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const JUMP_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const JUMP_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const JUMP_BITS: u16 = (libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K) as u16;
const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JA) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

/// Offsets in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

/// `AUDIT_ARCH_*` of the architecture this is built for (linux/audit.h).
#[cfg(target_arch = "x86_64")]
const NATIVE: u32 = 0xC000_003E;
#[cfg(target_arch = "aarch64")]
const NATIVE: u32 = 0xC000_00B7;

/// Numbers from here on are the x32 interface of x86-64; elsewhere no call is numbered so high.
const X32: u32 = 0x4000_0000;

/// One instruction: `struct sock_filter`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub code: u16,
    /// How far to jump if the test holds.
    pub jump_true: u8,
    /// How far to jump if it does not.
    pub jump_false: u8,
    /// The operand.
    pub operand: u32,
}

/// A filter, ready to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program(Vec<Instruction>);

impl Program {
    /// The instructions.
    pub fn instructions(&self) -> &[Instruction] {
        &self.0
    }

    /// Compiles a policy.
    pub fn new(policy: &Policy<'_>) -> Self {
        let mut program = vec![
            load(ARCHITECTURE),
            test(JUMP_EQUAL, NATIVE, 1, 0),
            answer(Action::Kill),
            load(NUMBER),
            test(JUMP_AT_LEAST, X32, 0, 1),
            answer(Action::Kill),
        ];
        program.extend(tree(&leaves(policy)));
        Self(program)
    }
}

/// What all numbers from `first` up to the next leaf's meet.
struct Leaf {
    first: u32,
    code: Vec<Instruction>,
}

/// The number line cut where the answer changes.
fn leaves(policy: &Policy<'_>) -> Vec<Leaf> {
    let mut numbers: Vec<u32> =
        policy.rules.iter().map(|rule| rule.number).filter(|n| *n <= policy.last_known).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut leaves = vec![Leaf { first: 0, code: vec![answer(policy.otherwise)] }];
    for number in numbers {
        let rules = policy.rules.iter().filter(|rule| rule.number == number);
        push(&mut leaves, Leaf { first: number, code: decide(rules, policy.otherwise) });
        push(&mut leaves, Leaf { first: number + 1, code: vec![answer(policy.otherwise)] });
    }
    push(&mut leaves, Leaf { first: policy.last_known + 1, code: vec![answer(Action::Errno(libc::ENOSYS as u16))] });
    leaves
}

/// Adds a leaf; one that starts where the last one does replaces it, and one with the same answer is left out.
fn push(leaves: &mut Vec<Leaf>, leaf: Leaf) {
    if leaves.last().is_some_and(|last| last.first == leaf.first) {
        leaves.pop();
    }
    if leaves.last().is_none_or(|last| last.code != leaf.code) {
        leaves.push(leaf);
    }
}

/// The rules of one number in order, then the default.
fn decide<'a>(rules: impl Iterator<Item = &'a Rule<'a>>, otherwise: Action) -> Vec<Instruction> {
    let mut code = Vec::new();
    for rule in rules {
        code.extend(conditions(rule.conditions));
        code.push(answer(rule.action));
        if rule.conditions.is_empty() {
            return code;
        }
    }
    code.push(answer(otherwise));
    code
}

/// Falls through to the next instruction but one where a condition fails: past the rule's answer.
fn conditions(conditions: &[Condition]) -> Vec<Instruction> {
    let mut code = Vec::new();
    for (index, condition) in conditions.iter().enumerate() {
        // Two instructions for each condition that follows, and the answer.
        let fail = u8::try_from((conditions.len() - index - 1) * 2 + 1).unwrap_or(u8::MAX);
        code.push(load(ARGUMENTS + 8 * u32::from(condition.argument) + LOWER_HALF));
        code.push(match condition.test {
            Test::AnyBit(bits) => test(JUMP_BITS, bits, 0, fail),
            Test::Is(value) => test(JUMP_EQUAL, value, 0, fail),
            Test::IsNot(value) => test(JUMP_EQUAL, value, fail, 0),
        });
    }
    code
}

/// Where the lower half of an argument is within its eight bytes.
const LOWER_HALF: u32 = if cfg!(target_endian = "little") { 0 } else { 4 };

/// A balanced tree of comparisons; the accumulator holds the call's number.
fn tree(leaves: &[Leaf]) -> Vec<Instruction> {
    let (left, right) = leaves.split_at(leaves.len() / 2);
    let (Some(pivot), false) = (right.first(), left.is_empty()) else {
        return leaves.first().map(|leaf| leaf.code.clone()).unwrap_or_default();
    };
    let (first, left, right) = (pivot.first, tree(left), tree(right));
    let mut code = Vec::with_capacity(left.len() + right.len() + 2);
    match u8::try_from(left.len()) {
        Ok(distance) => code.push(test(JUMP_AT_LEAST, first, distance, 0)),
        // A conditional jump reaches 255 instructions, an unconditional one any number.
        Err(_) => {
            code.push(test(JUMP_AT_LEAST, first, 0, 1));
            code.push(Instruction { code: JUMP, jump_true: 0, jump_false: 0, operand: left.len() as u32 });
        }
    }
    code.extend(left);
    code.extend(right);
    code
}

fn load(offset: u32) -> Instruction {
    Instruction { code: LOAD, jump_true: 0, jump_false: 0, operand: offset }
}

fn test(code: u16, operand: u32, jump_true: u8, jump_false: u8) -> Instruction {
    Instruction { code, jump_true, jump_false, operand }
}

fn answer(action: Action) -> Instruction {
    let operand = match action {
        Action::Allow => libc::SECCOMP_RET_ALLOW,
        Action::Errno(errno) => libc::SECCOMP_RET_ERRNO | u32::from(errno),
        Action::Kill => libc::SECCOMP_RET_KILL_PROCESS,
    };
    Instruction { code: RETURN, jump_true: 0, jump_false: 0, operand }
}

#[cfg(test)]
mod tests;
