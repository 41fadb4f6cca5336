use crate::{Field, Id, Record, Value, typed::set};

/// What a program reported: a login, a command run by `sudo`, a service that was started.
///
/// The ids are the kernel's, from outside the message; the rest is what the program said.
///
/// ```
/// use oddsift_auditd::{Typed, parse_record};
///
/// let line = b"type=USER_CMD msg=audit(1.0:1): pid=1 uid=1000 msg='uid=0 cmd=6C73202F res=success'";
/// let Typed::User(user) = parse_record(line, 1)?.typed() else { panic!() };
/// assert_eq!(user.uid.unwrap().number(), Some(1000));
/// assert_eq!(user.cmd.unwrap().text().unwrap(), "ls /");
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct User<'a> {
    /// The process id.
    pub pid: Option<Id<'a>>,
    /// The user.
    pub uid: Option<Id<'a>>,
    /// The user who logged in; -1 if nobody did.
    pub auid: Option<Id<'a>>,
    /// The login session; -1 outside of one.
    pub ses: Option<Id<'a>>,
    /// What was done: `PAM:setcred`, `login`.
    pub op: Option<Value<'a>>,
    /// The account that it was about.
    pub acct: Option<Value<'a>>,
    /// The command.
    pub cmd: Option<Value<'a>>,
    /// The folder.
    pub cwd: Option<Value<'a>>,
    /// The process's name.
    pub comm: Option<Value<'a>>,
    /// The program.
    pub exe: Option<Value<'a>>,
    /// The other host's name, `?` if it is not known.
    pub hostname: Option<Value<'a>>,
    /// The other host's address, `?` if it is not known.
    pub addr: Option<Value<'a>>,
    /// The terminal.
    pub terminal: Option<Value<'a>>,
    /// `success` or `failed`; 1 or 0 from the kernel.
    pub res: Option<Value<'a>>,
}

impl<'a> User<'a> {
    pub(crate) fn of(record: &Record<'a>) -> Self {
        let mut user = Self::default();
        for field in record.fields() {
            if field.group.is_none() {
                user.take_id(&field);
            }
            user.take_text(&field);
        }
        user
    }

    fn take_id(&mut self, field: &Field<'a>) {
        let slot = match field.key.as_bytes() {
            b"pid" => &mut self.pid,
            b"uid" => &mut self.uid,
            b"auid" => &mut self.auid,
            b"ses" => &mut self.ses,
            _ => return,
        };
        set(slot, Id::parse(field.value.raw()));
    }

    fn take_text(&mut self, field: &Field<'a>) {
        let slot = match field.key.as_bytes() {
            b"op" => &mut self.op,
            b"acct" => &mut self.acct,
            b"cmd" => &mut self.cmd,
            b"cwd" => &mut self.cwd,
            b"comm" => &mut self.comm,
            b"exe" => &mut self.exe,
            b"hostname" => &mut self.hostname,
            b"addr" => &mut self.addr,
            b"terminal" => &mut self.terminal,
            b"res" => &mut self.res,
            _ => return,
        };
        set(slot, field.value);
    }
}
