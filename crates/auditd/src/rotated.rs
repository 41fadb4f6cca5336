use std::cmp::Reverse;

/// Puts the names of a rotated log in the order of time: the oldest first, the one that is written
/// now last.
///
/// `audit.log.2.gz`, `audit.log.1`, `audit.log`: the number after the name says how often a file was
/// rotated, whatever the compression. Names of other logs stay together, in the order of their
/// names.
///
/// ```
/// use oddsift_auditd::sort_rotated;
///
/// let mut names = ["audit.log", "audit.log.1", "audit.log.10", "audit.log.2.gz"];
/// sort_rotated(&mut names);
/// assert_eq!(names, ["audit.log.10", "audit.log.2.gz", "audit.log.1", "audit.log"]);
/// ```
pub fn sort_rotated<S: AsRef<str>>(names: &mut [S]) {
    names.sort_by(|a, b| key(a.as_ref()).cmp(&key(b.as_ref())));
}

/// The name without rotation, and the number, large ones first; no number is the newest.
fn key(name: &str) -> (&str, Reverse<Option<u64>>) {
    let packed = [".gz", ".zst"].into_iter().find_map(|suffix| name.strip_suffix(suffix));
    let plain = packed.unwrap_or(name);
    match plain.rsplit_once('.') {
        Some((stem, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            match digits.parse() {
                Ok(number) => (stem, Reverse(Some(number))),
                Err(_) => (plain, Reverse(None)),
            }
        }
        _ => (plain, Reverse(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_of_other_folders_stay_together() {
        let mut names = ["b/audit.log", "a/audit.log", "b/audit.log.1", "a/audit.log.3", "a/x."];
        sort_rotated(&mut names);
        assert_eq!(names, ["a/audit.log.3", "a/audit.log", "a/x.", "b/audit.log.1", "b/audit.log"]);
    }
}
