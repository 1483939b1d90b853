//! The known word nearest to an unknown one.

/// The candidate that differs least from `word`, if it is near enough to be a slip of the finger: at most one edit for
/// every three letters.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A long unknown word is no typing error, and the table below grows with it.
    if word.len() > 64 {
        return None;
    }
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance with swapped neighbours as one edit (optimal string alignment), ignoring case and taking `-` for `_`.
fn distance(left: &str, right: &str) -> usize {
    let fold = |c: char| if c == '-' { '_' } else { c.to_ascii_lowercase() };
    let right: Vec<char> = right.chars().map(fold).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut last = None;
    for (row, a) in left.chars().map(fold).enumerate() {
        let mut here = Vec::with_capacity(above.len());
        here.push(row + 1);
        let mut before_b = None;
        for (column, b) in right.iter().copied().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut cost =
                (at(&above, column) + usize::from(a != b)).min(at(&above, column + 1) + 1).min(at(&here, column) + 1);
            if last == Some(b) && before_b == Some(a) && column > 0 {
                cost = cost.min(at(&before, column - 1) + 1);
            }
            here.push(cost);
            before_b = Some(b);
        }
        before = std::mem::replace(&mut above, here);
        last = Some(a);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 5] = ["memory", "mem", "mounts", "network", "env_pass"];

    #[test]
    fn slips_of_the_finger_are_recognised() {
        for (typed, meant) in [
            ("memroy", "memory"),
            ("Memory", "memory"),
            ("mount", "mounts"),
            ("netwrok", "network"),
            ("env-pass", "env_pass"),
        ] {
            assert_eq!(nearest(typed, KEYS), Some(meant), "{typed}");
        }
    }

    #[test]
    fn strangers_are_not() {
        for typed in ["", "colour", "x".repeat(1000).as_str(), "ünïcödé"] {
            assert_eq!(nearest(typed, KEYS), None, "{typed}");
        }
    }
}
