use std::borrow::Cow;

use jiff::Timestamp;

use crate::EventRow;

/// A process that was started, or that could not be: `success` tells.
///
/// Its [`COLUMNS`](Self::COLUMNS) are those of the schema `linux` of `oddsift-features`.
///
/// ```
/// use oddsift_auditd::{EventReader, Options, ProcessEvent};
/// use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice, Scratch};
///
/// let log = "type=SYSCALL msg=audit(1.0:1): success=yes pid=7 uid=0 ses=4294967295 exe=\"/bin/ls\"
/// type=EXECVE msg=audit(1.0:1): argc=2 a0=\"ls\" a1=\"-la\"";
/// let event = EventReader::new(log.as_bytes(), Options::new()).next_event()?.unwrap();
/// let process = event.process().unwrap();
/// assert_eq!((process.cmdline.as_deref(), process.ses_number()), (Some("ls -la"), Some(-1)));
///
/// let columns = ProcessEvent::COLUMNS.map(String::from);
/// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
/// let wanted = ["pathScore", "isSystemSession"].map(String::from);
/// let recipe = Recipe::resolve(&columns, &wanted, &roles, &FeatureOptions::default())?;
/// let (texts, mut out) = (process.texts(), [0.0; 2]);
/// recipe.evaluate(|column| texts[column].as_deref(), &mut Scratch::default(), &mut out).unwrap();
/// assert_eq!(out, [630.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProcessEvent {
    /// When it was started.
    pub time: Option<Timestamp>,
    /// The host, where the log names it.
    pub node: Option<String>,
    /// The event's number on the host.
    pub serial: u64,
    /// The program's path: that of the interpreter for a script.
    pub exe: Option<String>,
    /// The process's name.
    pub comm: Option<String>,
    /// The arguments with a space between them.
    pub cmdline: Option<String>,
    /// The folder that it was started in.
    pub cwd: Option<String>,
    /// `yes` or `no`.
    pub success: Option<String>,
    /// The key of the rule that logged.
    pub key: Option<String>,
    /// The process id as text; a number unless the log has none.
    pub pid: Option<String>,
    /// The parent's process id.
    pub ppid: Option<String>,
    /// The user who logged in; -1 if nobody did.
    pub auid: Option<String>,
    /// The user.
    pub uid: Option<String>,
    /// The login session; -1 outside of one.
    pub ses: Option<String>,
}

impl ProcessEvent {
    /// The names of the columns, in the order of [`texts`](Self::texts).
    pub const COLUMNS: [&'static str; 14] = [
        "TimeGenerated",
        "Node",
        "Serial",
        "auid",
        "uid",
        "ses",
        "pid",
        "ppid",
        "exe",
        "comm",
        "cwd",
        "cmdline",
        "success",
        "key",
    ];

    /// The columns as text; missing ones are `None`.
    ///
    /// ```
    /// use oddsift_auditd::ProcessEvent;
    ///
    /// let process = ProcessEvent { exe: Some("/bin/ls".to_owned()), ..ProcessEvent::default() };
    /// let exe = ProcessEvent::COLUMNS.iter().position(|name| *name == "exe").unwrap();
    /// assert_eq!(process.texts()[exe].as_deref(), Some("/bin/ls"));
    /// ```
    pub fn texts(&self) -> [Option<Cow<'_, str>>; 14] {
        [
            self.time.map(|time| Cow::Owned(time.to_string())),
            borrow(self.node.as_ref()),
            Some(Cow::Owned(self.serial.to_string())),
            borrow(self.auid.as_ref()),
            borrow(self.uid.as_ref()),
            borrow(self.ses.as_ref()),
            borrow(self.pid.as_ref()),
            borrow(self.ppid.as_ref()),
            borrow(self.exe.as_ref()),
            borrow(self.comm.as_ref()),
            borrow(self.cwd.as_ref()),
            borrow(self.cmdline.as_ref()),
            borrow(self.success.as_ref()),
            borrow(self.key.as_ref()),
        ]
    }

    /// The process id, if it is a number.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::ProcessEvent::default().pid_number(), None);
    /// ```
    pub fn pid_number(&self) -> Option<i64> {
        number(self.pid.as_ref())
    }

    /// The parent's process id, if it is a number.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::ProcessEvent::default().ppid_number(), None);
    /// ```
    pub fn ppid_number(&self) -> Option<i64> {
        number(self.ppid.as_ref())
    }

    /// The user, if it is a number.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::ProcessEvent::default().uid_number(), None);
    /// ```
    pub fn uid_number(&self) -> Option<i64> {
        number(self.uid.as_ref())
    }

    /// The login session, if it is a number.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::ProcessEvent::default().ses_number(), None);
    /// ```
    pub fn ses_number(&self) -> Option<i64> {
        number(self.ses.as_ref())
    }

    pub(crate) fn of(row: &EventRow<'_>) -> Self {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        Self {
            time: Some(row.time),
            node: row.node.map(str::to_owned),
            serial: row.serial,
            exe: text(&row.exe),
            comm: text(&row.comm),
            cmdline: text(&row.cmdline),
            cwd: text(&row.cwd),
            success: text(&row.success),
            key: text(&row.key),
            pid: row.pid.map(|id| id.to_string()),
            ppid: row.ppid.map(|id| id.to_string()),
            auid: row.auid.map(|id| id.to_string()),
            uid: row.uid.map(|id| id.to_string()),
            ses: row.ses.map(|id| id.to_string()),
        }
    }
}

fn borrow(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

fn number(text: Option<&String>) -> Option<i64> {
    text.and_then(|text| text.parse().ok())
}
