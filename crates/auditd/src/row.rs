use std::borrow::Cow;

use jiff::Timestamp;

use crate::{Event, Field, Id, Proctitle, Record, Syscall, Typed, User, Value};

/// The columns that every event has: what a table of events shows.
///
/// Of a process they come from `SYSCALL`, `EXECVE`, `CWD` and, without arguments, `PROCTITLE`; of
/// any other event from its first record that has them. Ids come from outside a program's message.
///
/// ```
/// use oddsift_auditd::{EventReader, Options};
///
/// let log = &b"type=USER_CMD msg=audit(1.0:7): pid=4 uid=1000 msg='cwd=\"/\" cmd=\"id\" res=success'"[..];
/// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
/// let row = event.row();
/// assert_eq!((row.kind, row.uid.unwrap().number()), ("USER_CMD", Some(1000)));
/// assert_eq!((row.cmdline.unwrap(), row.success.unwrap()), ("id".into(), "success".into()));
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow<'a> {
    /// When it happened.
    pub time: Timestamp,
    /// The type, as [`Event::kind`] has it.
    pub kind: &'a str,
    /// The host.
    pub node: Option<&'a str>,
    /// Its number on the host.
    pub serial: u64,
    /// The user who logged in; -1 if nobody did.
    pub auid: Option<Id<'a>>,
    /// The user.
    pub uid: Option<Id<'a>>,
    /// The login session; -1 outside of one.
    pub ses: Option<Id<'a>>,
    /// The process id.
    pub pid: Option<Id<'a>>,
    /// The parent's process id.
    pub ppid: Option<Id<'a>>,
    /// The program's path.
    pub exe: Option<Cow<'a, str>>,
    /// The process's name.
    pub comm: Option<Cow<'a, str>>,
    /// The folder.
    pub cwd: Option<Cow<'a, str>>,
    /// The command line.
    pub cmdline: Option<Cow<'a, str>>,
    /// `yes` or `no` of a call; of what a program reported, its result.
    pub success: Option<Cow<'a, str>>,
    /// The key of the rule that logged; of several, with a comma between them.
    pub key: Option<Cow<'a, str>>,
}

impl<'a> EventRow<'a> {
    /// The names of the columns, in the order of [`texts`](Self::texts).
    pub const COLUMNS: [&'static str; 15] = [
        "TimeGenerated",
        "EventType",
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
    /// # use oddsift_auditd::{EventReader, EventRow, Options};
    /// let log = &b"type=LOGIN msg=audit(1551485405.594:7): ses=4294967295"[..];
    /// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
    /// let texts = event.row().texts();
    /// assert_eq!(texts[0].as_deref(), Some("2019-03-02T00:10:05.594Z"));
    /// assert_eq!((EventRow::COLUMNS[6], texts[6].as_deref()), ("ses", Some("-1")));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn texts(self) -> [Option<Cow<'a, str>>; 15] {
        let id = |id: Option<Id<'a>>| {
            id.map(|id| match id {
                Id::Text(text) => Cow::Borrowed(text),
                number @ Id::Number(_) => Cow::Owned(number.to_string()),
            })
        };
        [
            Some(Cow::Owned(self.time.to_string())),
            Some(Cow::Borrowed(self.kind)),
            self.node.map(Cow::Borrowed),
            Some(Cow::Owned(self.serial.to_string())),
            id(self.auid),
            id(self.uid),
            id(self.ses),
            id(self.pid),
            id(self.ppid),
            self.exe,
            self.comm,
            self.cwd,
            self.cmdline,
            self.success,
            self.key,
        ]
    }

    pub(crate) fn of(event: &'a Event) -> Self {
        let mut row = Self::bare(event);
        // A record of the kernel about the call comes before all that programs say.
        if let Some(call) = event.syscall() {
            row.take_syscall(&call);
        }
        let mut title = None;
        for record in event.records() {
            match record.kind {
                "SYSCALL" | "PATH" | "EXECVE" => {}
                _ => match record.typed() {
                    Typed::Cwd(folder) => fill(&mut row.cwd, folder.cwd),
                    Typed::Proctitle(found) => title = title.or(Some(found)),
                    Typed::User(user) => row.take_user(&user),
                    _ => row.take_generic(&record),
                },
            }
        }
        row.cmdline = event.execve().map(|found| Cow::Owned(found.cmdline())).or(row.cmdline);
        row.key = row.key.map(keys);
        row.cmdline = row.cmdline.or(title.and_then(Proctitle::text).map(Cow::Owned));
        row
    }

    fn bare(event: &'a Event) -> Self {
        Self {
            time: event.time(),
            kind: event.kind(),
            node: event.node(),
            serial: event.serial(),
            auid: None,
            uid: None,
            ses: None,
            pid: None,
            ppid: None,
            exe: None,
            comm: None,
            cwd: None,
            cmdline: None,
            success: None,
            key: None,
        }
    }

    fn take_syscall(&mut self, call: &Syscall<'a>) {
        (self.auid, self.uid, self.ses) = (call.auid, call.uid, call.ses);
        (self.pid, self.ppid) = (call.pid, call.ppid);
        self.success = call.success.map(Cow::Borrowed);
        fill(&mut self.exe, call.exe);
        fill(&mut self.comm, call.comm);
        fill(&mut self.key, call.key);
    }

    fn take_user(&mut self, user: &User<'a>) {
        self.take_ids([user.auid, user.uid, user.ses, user.pid]);
        fill(&mut self.exe, user.exe);
        fill(&mut self.comm, user.comm);
        fill(&mut self.cwd, user.cwd);
        fill(&mut self.cmdline, user.cmd);
        fill(&mut self.success, user.res);
    }

    fn take_generic(&mut self, record: &Record<'a>) {
        for Field { key, value, .. } in record.fields().filter(|field| field.group.is_none()) {
            match key {
                "auid" => self.take_ids([Some(Id::parse(value.raw())), None, None, None]),
                "uid" => self.take_ids([None, Some(Id::parse(value.raw())), None, None]),
                "ses" => self.take_ids([None, None, Some(Id::parse(value.raw())), None]),
                "pid" => self.take_ids([None, None, None, Some(Id::parse(value.raw()))]),
                "ppid" => self.ppid = self.ppid.or(Some(Id::parse(value.raw()))),
                "exe" => fill(&mut self.exe, Some(value)),
                "comm" => fill(&mut self.comm, Some(value)),
                "res" => fill(&mut self.success, Some(value)),
                "key" => fill(&mut self.key, Some(value)),
                _ => {}
            }
        }
    }

    /// Login user, user, session, process: what is not known yet.
    fn take_ids(&mut self, [auid, uid, ses, pid]: [Option<Id<'a>>; 4]) {
        self.auid = self.auid.or(auid);
        self.uid = self.uid.or(uid);
        self.ses = self.ses.or(ses);
        self.pid = self.pid.or(pid);
    }
}

/// Several keys, which the kernel puts byte 01 between.
fn keys(key: Cow<'_, str>) -> Cow<'_, str> {
    if key.contains('\u{1}') { Cow::Owned(key.replace('\u{1}', ",")) } else { key }
}

/// Sets a text that is not known yet.
fn fill<'a>(slot: &mut Option<Cow<'a, str>>, value: Option<Value<'a>>) {
    if slot.is_none() {
        *slot = value.and_then(Value::text);
    }
}

#[cfg(test)]
mod tests {
    use crate::{EventReader, Options};

    #[test]
    fn several_keys_have_a_comma_between_them() {
        let log = &b"type=SYSCALL msg=audit(1.0:7): pid=4 key=657865630174656D70"[..];
        let event = EventReader::new(log, Options::new()).next_event().unwrap().unwrap();
        assert_eq!(event.row().key.as_deref(), Some("exec,temp"));
    }
}
