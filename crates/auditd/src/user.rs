use crate::{
    Id, Record, Value,
    tokens::{Raw, Token, take_in_order},
    typed::set,
};

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
    pub(crate) fn of(record: &Record<'a>) -> Box<Self> {
        let mut user = Box::<Self>::default();
        let mut tokens = record.tokens();
        take_in_order!(tokens, user, "pid" "uid" "auid" "ses" "subj");
        // Into the program's message.
        if let Some(token) = tokens.next() {
            user.take_any(&token);
        }
        take_in_order!(
            tokens, user, "grantors" "acct" "exe" "hostname" "addr" "terminal" "res"
        );
        for token in tokens {
            user.take_any(&token);
        }
        user
    }

    /// Of a program's message an id is but a claim.
    fn take_any(&mut self, token: &Token<'a>) {
        let is_id = matches!(token.key, "pid" | "uid" | "auid" | "ses");
        if !is_id || token.group.is_none() {
            self.take(token.key, token.raw);
        }
    }

    #[expect(clippy::inline_always, reason = "nothing is left of it where the key is known")]
    #[inline(always)]
    fn take(&mut self, key: &str, raw: Raw<'a>) {
        match key {
            "pid" => set(&mut self.pid, Id::parse(raw.text())),
            "uid" => set(&mut self.uid, Id::parse(raw.text())),
            "auid" => set(&mut self.auid, Id::parse(raw.text())),
            "ses" => set(&mut self.ses, Id::parse(raw.text())),
            "op" => set(&mut self.op, raw.value()),
            "acct" => set(&mut self.acct, raw.decoded()),
            "cmd" => set(&mut self.cmd, raw.decoded()),
            "cwd" => set(&mut self.cwd, raw.decoded()),
            "comm" => set(&mut self.comm, raw.decoded()),
            "exe" => set(&mut self.exe, raw.decoded()),
            "hostname" => set(&mut self.hostname, raw.value()),
            "addr" => set(&mut self.addr, raw.value()),
            "terminal" => set(&mut self.terminal, raw.value()),
            "res" => set(&mut self.res, raw.value()),
            _ => {}
        }
    }
}
