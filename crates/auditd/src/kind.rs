use crate::scan::find_either;

/// Whether a record of this type is an event by itself: all that programs and daemons report.
///
/// These are the types that have no number from 1300 to 2099 in the audit library's `libaudit.h`,
/// and `LOGIN`. Of a type that is not known, more records may follow.
pub(crate) fn is_single(kind: &str) -> bool {
    let end = find_either(kind.as_bytes(), b'_', b'_');
    let (first_word, rest) = kind.split_at_checked(end).unwrap_or((kind, ""));
    let rest = rest.strip_prefix('_').unwrap_or_default();
    match first_word {
        "USER" | "CRED" | "DAEMON" | "SERVICE" | "SYSTEM" | "ACCT" | "GRP" | "ROLE" | "LABEL"
        | "RESP" | "CRYPTO" | "VIRT" | "ADD" | "DEL" | "DEV" | "CHGRP" | "CHUSER" | "USYS"
        | "SOFTWARE" | "DAC" | "TRUSTED" | "FS" => true,
        // The kernel's own are part of what a call does.
        "ANOM" => !matches!(rest, "PROMISCUOUS" | "ABEND" | "LINK" | "CREAT"),
        "MAC" => rest == "CHECK",
        "LOGIN" | "TEST" | "KERNEL" => rest.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_programs_are_single_and_records_of_calls_are_not() {
        for kind in ["USER", "USER_CMD", "CRED_ACQ", "DAEMON_START", "LOGIN", "ANOM_LOGIN_TIME"] {
            assert!(is_single(kind), "{kind}");
        }
        for kind in ["SYSCALL", "PATH", "AVC", "ANOM_ABEND", "MAC_STATUS", "UNKNOWN[1999]", ""] {
            assert!(!is_single(kind), "{kind}");
        }
    }
}
