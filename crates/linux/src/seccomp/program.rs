//! From a policy to instructions: a search tree over call numbers, so that the load time does not grow with the policy.

use super::{Action, Comparison, Condition, Policy, Rule, Test};

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const JUMP_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const JUMP_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const JUMP_ABOVE: u16 = (libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K) as u16;
const JUMP_BITS: u16 = (libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K) as u16;
const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JA) as u16;
const MASK: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
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

/// A policy that the kernel does not take: it has more instructions than 4096 (`BPF_MAXINSNS`), or one rule more conditions than a
/// jump can pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Program {
    /// The instructions.
    pub fn instructions(&self) -> &[Instruction] {
        &self.0
    }

    /// Compiles a policy.
    pub fn new(policy: &Policy<'_>) -> Result<Self, TooLong> {
        let mut program = vec![
            load(ARCHITECTURE),
            test(JUMP_EQUAL, NATIVE, 1, 0),
            answer(Action::Kill),
            load(NUMBER),
            test(JUMP_AT_LEAST, X32, 0, 1),
            answer(Action::Kill),
        ];
        program.extend(tree(&leaves(policy)?));
        if program.len() > MOST { Err(TooLong) } else { Ok(Self(program)) }
    }
}

/// `BPF_MAXINSNS`.
const MOST: usize = 4096;

/// What all numbers from `first` up to the next leaf's meet.
struct Leaf {
    first: u32,
    code: Vec<Instruction>,
}

/// The number line cut where the answer changes.
fn leaves(policy: &Policy<'_>) -> Result<Vec<Leaf>, TooLong> {
    let mut numbers: Vec<u32> =
        policy.rules.iter().map(|rule| rule.number).filter(|n| *n <= policy.last_known).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut leaves = vec![Leaf { first: 0, code: vec![answer(policy.otherwise)] }];
    for number in numbers {
        let rules = policy.rules.iter().filter(|rule| rule.number == number);
        push(&mut leaves, Leaf { first: number, code: decide(rules, policy.otherwise)? });
        push(&mut leaves, Leaf { first: number + 1, code: vec![answer(policy.otherwise)] });
    }
    push(&mut leaves, Leaf { first: policy.last_known + 1, code: vec![answer(Action::Errno(libc::ENOSYS as u16))] });
    Ok(leaves)
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
fn decide<'a>(rules: impl Iterator<Item = &'a Rule<'a>>, otherwise: Action) -> Result<Vec<Instruction>, TooLong> {
    let mut code = Vec::new();
    for rule in rules {
        code.extend(conditions(rule.conditions)?);
        code.push(answer(rule.action));
        if rule.conditions.is_empty() {
            return Ok(code);
        }
    }
    code.push(answer(otherwise));
    Ok(code)
}

/// Ends at the next instruction if all conditions hold, else past that: it is the rule's answer.
fn conditions(conditions: &[Condition]) -> Result<Vec<Instruction>, TooLong> {
    let mut code = Vec::new();
    for condition in conditions.iter().rev() {
        let mut before = resolve(&pieces(*condition), code.len())?;
        before.append(&mut code);
        code = before;
    }
    Ok(code)
}

/// A part of a condition.
#[derive(Clone, Copy)]
enum Piece {
    Load(u32),
    Mask(u32),
    /// A comparison, where to go on if it holds, and where if it does not.
    Jump(u16, u32, To, To),
}

/// Where a condition goes on.
#[derive(Clone, Copy)]
enum To {
    /// With its next piece.
    Next,
    /// Behind its last piece: it holds.
    Holds,
    /// Behind the rule's answer: it does not hold.
    Fails,
}

/// Turns pieces into instructions, with so many more of the same rule behind them, its answer left out.
fn resolve(pieces: &[Piece], behind: usize) -> Result<Vec<Instruction>, TooLong> {
    let mut code = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        let left = pieces.len() - index - 1;
        let distance = |to| match to {
            To::Next => Ok(0),
            To::Holds => u8::try_from(left).map_err(|_| TooLong),
            To::Fails => u8::try_from(left + behind + 1).map_err(|_| TooLong),
        };
        code.push(match *piece {
            Piece::Load(offset) => load(offset),
            Piece::Mask(bits) => test(MASK, bits, 0, 0),
            Piece::Jump(code, operand, yes, no) => test(code, operand, distance(yes)?, distance(no)?),
        });
    }
    Ok(code)
}

fn pieces(condition: Condition) -> Vec<Piece> {
    use Piece::{Jump, Load, Mask};
    use To::{Fails, Holds, Next};
    let argument = ARGUMENTS + 8 * u32::from(condition.argument);
    let (low, high) = (argument + LOWER_HALF, argument + 4 - LOWER_HALF);
    let halves = |value: u64| (value as u32, (value >> 32) as u32);
    match condition.test {
        Test::AnyBit(bits) => vec![Load(low), Jump(JUMP_BITS, bits, Holds, Fails)],
        Test::Is(value) => vec![Load(low), Jump(JUMP_EQUAL, value, Holds, Fails)],
        Test::IsNot(value) => vec![Load(low), Jump(JUMP_EQUAL, value, Fails, Holds)],
        Test::Masked(mask, value) => {
            let ((low_mask, high_mask), (low_value, high_value)) = (halves(mask), halves(value));
            vec![
                Load(high),
                Mask(high_mask),
                Jump(JUMP_EQUAL, high_value, Next, Fails),
                Load(low),
                Mask(low_mask),
                Jump(JUMP_EQUAL, low_value, Holds, Fails),
            ]
        }
        Test::Wide(comparison, value) => {
            let (low_value, high_value) = halves(value);
            // What the upper half decides if it is greater, and if it is less; then what the lower half is asked if they are equal.
            let (greater, less, asked, yes, no) = match comparison {
                Comparison::Equal => (Fails, Fails, JUMP_EQUAL, Holds, Fails),
                Comparison::NotEqual => (Holds, Holds, JUMP_EQUAL, Fails, Holds),
                Comparison::Less => (Fails, Holds, JUMP_AT_LEAST, Fails, Holds),
                Comparison::AtMost => (Fails, Holds, JUMP_ABOVE, Fails, Holds),
                Comparison::AtLeast => (Holds, Fails, JUMP_AT_LEAST, Holds, Fails),
                Comparison::Greater => (Holds, Fails, JUMP_ABOVE, Holds, Fails),
            };
            vec![
                Load(high),
                Jump(JUMP_ABOVE, high_value, greater, Next),
                Jump(JUMP_EQUAL, high_value, Next, less),
                Load(low),
                Jump(asked, low_value, yes, no),
            ]
        }
    }
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
        Action::Log => libc::SECCOMP_RET_LOG,
        Action::Errno(errno) => libc::SECCOMP_RET_ERRNO | u32::from(errno),
        Action::Notify => libc::SECCOMP_RET_USER_NOTIF,
        Action::Trap(data) => libc::SECCOMP_RET_TRAP | u32::from(data),
        Action::Trace(data) => libc::SECCOMP_RET_TRACE | u32::from(data),
        Action::Kill => libc::SECCOMP_RET_KILL_PROCESS,
        Action::KillThread => libc::SECCOMP_RET_KILL_THREAD,
    };
    Instruction { code: RETURN, jump_true: 0, jump_false: 0, operand }
}

#[cfg(test)]
mod tests;
