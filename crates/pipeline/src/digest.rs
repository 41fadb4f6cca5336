//! The SHA-256 of what was read.

use std::fmt::Write;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Reads to the end; gives the number of bytes and their SHA-256, as `sha256sum` prints it.
///
/// # Errors
///
/// What reading fails with.
///
/// ```
/// let (n_bytes, sha256) = oddsift_pipeline::sha256(&b"abc"[..])?;
/// assert_eq!(n_bytes, 3);
/// assert!(sha256.starts_with("ba7816bf") && sha256.len() == 64);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn sha256(mut input: impl Read) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut n_bytes = 0;
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok((n_bytes, hex(&hash.finalize()))),
            Ok(n) => {
                hash.update(buffer.get(..n).unwrap_or_default());
                n_bytes += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A text takes all that is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
