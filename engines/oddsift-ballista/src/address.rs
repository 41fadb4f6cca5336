use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::Error;

/// The time that one attempt to connect may take.
const ATTEMPT: Duration = Duration::from_secs(5);

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(200);

/// The host and the port of a scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Address {
    /// Reads `HOST:PORT`, before which `ballista://` or another scheme may stand.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let bare = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/');
        let parts = bare.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        parts
            .and_then(|(host, port)| Some(Self { host: host.to_owned(), port: port.parse().ok()? }))
            .ok_or_else(|| Error::Address(text.to_owned()))
    }

    /// Waits until something listens there.
    pub(crate) async fn reach(&self, patience: Duration) -> Result<(), Error> {
        let end = Instant::now() + patience;
        loop {
            let attempt = timeout(ATTEMPT, TcpStream::connect(self.to_string())).await;
            let reason = match attempt {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no answer in {} s", ATTEMPT.as_secs()),
            };
            if Instant::now() >= end {
                return Err(Error::Unreachable { scheduler: self.to_string(), reason });
            }
            sleep(PAUSE).await;
        }
    }
}

/// The host of an address as it stands before a port.
pub(crate) fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_may_stand_before_an_address() {
        let plain = Address::parse("a.example:50050").unwrap();
        assert_eq!(plain, Address::parse("ballista://a.example:50050/").unwrap());
        assert_eq!(plain.to_string(), "a.example:50050");
        assert_eq!(Address::parse("[::1]:7").unwrap().host, "[::1]");
    }

    #[test]
    fn what_is_no_address_is_named() {
        for text in ["", "a.example", ":7", "a.example:many", "a.example:70000"] {
            let message = Address::parse(text).unwrap_err().to_string();
            assert!(message.contains(&format!("{text:?}")), "{message}");
        }
    }
}
