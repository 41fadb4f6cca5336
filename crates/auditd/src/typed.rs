use memchr::memmem;

use crate::{
    Execve, Id, Record, User, Value,
    execve::Pieces,
    tokens::{Raw, take_in_order},
};

/// A record by its type.
///
/// A struct holds the fields that are asked for most; all of them are in
/// [`Record::fields`]. Of a field that is there twice the first counts.
///
/// ```
/// use oddsift_auditd::{Typed, parse_record};
///
/// let line = b"type=SYSCALL msg=audit(1.0:1): syscall=59 success=yes pid=11 auid=4294967295";
/// let Typed::Syscall(call) = parse_record(line, 1)?.typed() else { panic!() };
/// assert_eq!((call.syscall, call.success), (Some("59"), Some("yes")));
/// assert_eq!(call.auid.unwrap().number(), Some(-1));
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Typed<'a> {
    /// `SYSCALL`.
    Syscall(Box<Syscall<'a>>),
    /// `EXECVE`, as much of it as is in this record; [`Event::execve`](crate::Event::execve) joins.
    Execve(Execve<'a>),
    /// `CWD`.
    Cwd(Cwd<'a>),
    /// `PATH`.
    Path(PathName<'a>),
    /// `PROCTITLE`.
    Proctitle(Proctitle<'a>),
    /// `USER_*`, `CRED_*`, `SERVICE_*`, `LOGIN`, and what else has a message of a program.
    User(Box<User<'a>>),
    /// Any other.
    Generic(Record<'a>),
}

pub(crate) fn of_record<'a>(record: &Record<'a>) -> Typed<'a> {
    match record.kind.as_bytes() {
        b"SYSCALL" => Typed::Syscall(Syscall::of(record)),
        b"EXECVE" => Typed::Execve(Pieces::of([*record]).join()),
        b"CWD" => Typed::Cwd(Cwd::of(record)),
        b"PATH" => Typed::Path(PathName::of(record)),
        b"PROCTITLE" => Typed::Proctitle(Proctitle::of(record)),
        _ if is_user(record) => Typed::User(User::of(record)),
        _ => Typed::Generic(*record),
    }
}

fn is_user(record: &Record<'_>) -> bool {
    let kind = record.kind;
    kind.starts_with("USER_")
        || kind.starts_with("CRED_")
        || kind.starts_with("SERVICE_")
        || kind == "LOGIN"
        || memmem::find(record.body.as_bytes(), b" msg='").is_some()
}

/// Sets what is not set yet, since the first field of a name counts.
#[inline]
pub(crate) fn set<T>(slot: &mut Option<T>, value: T) {
    slot.get_or_insert(value);
}

fn set_unless_null<'a>(slot: &mut Option<Value<'a>>, value: Value<'a>) {
    if value != Value::Null {
        set(slot, value);
    }
}

/// The call that a process made.
///
/// ```
/// use oddsift_auditd::{Typed, parse_record};
///
/// let line = b"type=SYSCALL msg=audit(1.0:1): syscall=59 comm=\"sh\" exe=\"/bin/dash\" key=(null)";
/// let Typed::Syscall(call) = parse_record(line, 1)?.typed() else { panic!() };
/// assert_eq!(call.exe.unwrap().raw(), "/bin/dash");
/// assert!(call.key.is_none());
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Syscall<'a> {
    /// The machine's architecture, as a hexadecimal number.
    pub arch: Option<&'a str>,
    /// The number of the call; 59 is `execve` on x86-64.
    pub syscall: Option<&'a str>,
    /// `yes` or `no`.
    pub success: Option<&'a str>,
    /// What the call gave back; negative is an error number.
    pub exit: Option<Id<'a>>,
    /// `a0` to `a3`, hexadecimal numbers.
    pub arguments: [Option<&'a str>; 4],
    /// The number of `PATH` records.
    pub items: Option<Id<'a>>,
    /// The parent's process id.
    pub ppid: Option<Id<'a>>,
    /// The process id.
    pub pid: Option<Id<'a>>,
    /// The user who logged in; -1 if nobody did.
    pub auid: Option<Id<'a>>,
    /// The user.
    pub uid: Option<Id<'a>>,
    /// The group.
    pub gid: Option<Id<'a>>,
    /// The effective user.
    pub euid: Option<Id<'a>>,
    /// The effective group.
    pub egid: Option<Id<'a>>,
    /// The terminal; `(none)` without one.
    pub tty: Option<&'a str>,
    /// The login session; -1 outside of one.
    pub ses: Option<Id<'a>>,
    /// The process's name, at most 15 bytes.
    pub comm: Option<Value<'a>>,
    /// The program's path.
    pub exe: Option<Value<'a>>,
    /// The security context.
    pub subj: Option<&'a str>,
    /// The key of the rule that logged; `None` for `(null)`.
    pub key: Option<Value<'a>>,
}

impl<'a> Syscall<'a> {
    pub(crate) fn of(record: &Record<'a>) -> Box<Self> {
        let mut call = Box::<Self>::default();
        let mut tokens = record.tokens();
        take_in_order!(
            tokens, call, "arch" "syscall" "success" "exit" "a0" "a1" "a2" "a3" "items" "ppid" "pid"
            "auid" "uid" "gid" "euid" "suid" "fsuid" "egid" "sgid" "fsgid" "tty" "ses" "comm" "exe"
            "subj" "key"
        );
        for token in tokens.filter(|token| token.group.is_none()) {
            call.take(token.key, token.raw);
        }
        call
    }

    #[expect(clippy::inline_always, reason = "nothing is left of it where the key is known")]
    #[inline(always)]
    fn take(&mut self, key: &str, raw: Raw<'a>) {
        let text = raw.text();
        match key {
            "arch" => set(&mut self.arch, text),
            "syscall" => set(&mut self.syscall, text),
            "success" => set(&mut self.success, text),
            "exit" => set(&mut self.exit, Id::exact(text)),
            "a0" => set(&mut self.arguments[0], text),
            "a1" => set(&mut self.arguments[1], text),
            "a2" => set(&mut self.arguments[2], text),
            "a3" => set(&mut self.arguments[3], text),
            "items" => set(&mut self.items, Id::exact(text)),
            "ppid" => set(&mut self.ppid, Id::parse(text)),
            "pid" => set(&mut self.pid, Id::parse(text)),
            "auid" => set(&mut self.auid, Id::parse(text)),
            "uid" => set(&mut self.uid, Id::parse(text)),
            "gid" => set(&mut self.gid, Id::parse(text)),
            "euid" => set(&mut self.euid, Id::parse(text)),
            "egid" => set(&mut self.egid, Id::parse(text)),
            "tty" => set(&mut self.tty, text),
            "ses" => set(&mut self.ses, Id::parse(text)),
            "comm" => set(&mut self.comm, raw.decoded()),
            "exe" => set(&mut self.exe, raw.decoded()),
            "subj" => set(&mut self.subj, text),
            "key" => set_unless_null(&mut self.key, raw.decoded()),
            _ => {}
        }
    }
}

/// The folder that a process was in.
///
/// ```
/// use oddsift_auditd::{Typed, parse_record};
///
/// let record = parse_record(b"type=CWD msg=audit(1.0:1): cwd=\"/root\"", 1)?;
/// let Typed::Cwd(folder) = record.typed() else { panic!() };
/// assert_eq!(folder.cwd.unwrap().raw(), "/root");
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cwd<'a> {
    /// The folder.
    pub cwd: Option<Value<'a>>,
}

impl<'a> Cwd<'a> {
    fn of(record: &Record<'a>) -> Self {
        Self { cwd: first(record, "cwd") }
    }
}

/// The command line of the process that caused the event, cut at 128 bytes by the kernel.
///
/// ```
/// use oddsift_auditd::{Typed, parse_record};
///
/// let line = b"type=PROCTITLE msg=audit(1.0:1): proctitle=6C73002D6C";
/// let Typed::Proctitle(title) = parse_record(line, 1)?.typed() else { panic!() };
/// assert_eq!(title.text().unwrap(), "ls -l");
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proctitle<'a> {
    /// The arguments with a zero byte between them.
    pub proctitle: Option<Value<'a>>,
}

impl<'a> Proctitle<'a> {
    fn of(record: &Record<'a>) -> Self {
        Self { proctitle: first(record, "proctitle") }
    }

    /// The arguments with a space between them.
    ///
    /// ```
    /// assert!(oddsift_auditd::Proctitle::default().text().is_none());
    /// ```
    pub fn text(self) -> Option<String> {
        let text = self.proctitle?.text()?;
        Some(text.trim_end_matches('\0').replace('\0', " "))
    }
}

/// A file that a call named.
///
/// ```
/// use oddsift_auditd::{Typed, parse_record};
///
/// let line = b"type=PATH msg=audit(1.0:1): item=0 name=\"/etc/passwd\" nametype=NORMAL";
/// let Typed::Path(path) = parse_record(line, 1)?.typed() else { panic!() };
/// assert_eq!((path.name.unwrap().raw(), path.nametype), ("/etc/passwd", Some("NORMAL")));
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PathName<'a> {
    /// Its number among the paths of the event.
    pub item: Option<Id<'a>>,
    /// The path as the process gave it, which may be relative to its folder.
    pub name: Option<Value<'a>>,
    /// The file's number on its device.
    pub inode: Option<Id<'a>>,
    /// The device, `major:minor` in hexadecimal.
    pub dev: Option<&'a str>,
    /// Type and rights, an octal number.
    pub mode: Option<&'a str>,
    /// The owner.
    pub ouid: Option<Id<'a>>,
    /// The owner's group.
    pub ogid: Option<Id<'a>>,
    /// `NORMAL`, `PARENT`, `CREATE`, `DELETE`, `UNKNOWN`.
    pub nametype: Option<&'a str>,
}

impl<'a> PathName<'a> {
    fn of(record: &Record<'a>) -> Self {
        let mut path = Self::default();
        let mut tokens = record.tokens();
        take_in_order!(
            tokens, path, "item" "name" "inode" "dev" "mode" "ouid" "ogid" "rdev" "nametype"
        );
        for token in tokens.filter(|token| token.group.is_none()) {
            path.take(token.key, token.raw);
        }
        path
    }

    #[expect(clippy::inline_always, reason = "nothing is left of it where the key is known")]
    #[inline(always)]
    fn take(&mut self, key: &str, raw: Raw<'a>) {
        let text = raw.text();
        match key {
            "item" => set(&mut self.item, Id::exact(text)),
            "name" => set_unless_null(&mut self.name, raw.decoded()),
            "inode" => set(&mut self.inode, Id::exact(text)),
            "dev" => set(&mut self.dev, text),
            "mode" => set(&mut self.mode, text),
            "ouid" => set(&mut self.ouid, Id::parse(text)),
            "ogid" => set(&mut self.ogid, Id::parse(text)),
            "nametype" => set(&mut self.nametype, text),
            _ => {}
        }
    }
}

/// The first value of an encoded field of this name, outside of groups.
fn first<'a>(record: &Record<'a>, name: &str) -> Option<Value<'a>> {
    let mut tokens = record.tokens();
    let found = tokens.find(|token| token.key == name && token.group.is_none())?.raw.decoded();
    (found != Value::Null).then_some(found)
}
