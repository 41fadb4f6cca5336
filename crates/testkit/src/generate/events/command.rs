//! Command lines with an exact number of delimiters and free text in between.

use rand::{Rng, RngExt};

use super::catalogue::Program;

/// How a command line may start: a part of the program's name, and the text.
const HEADS: [(&str, &str); 9] = [
    ("svchost", "<path> -k netsvcs -p -s <service>"),
    (
        "powershell",
        r#"powershell.exe -NoProfile -NonInteractive -Command "& {Get-WmiObject Win32_Process -ComputerName <host> | Where-Object {$_.Name -eq \"<guid>\"}}""#,
    ),
    (
        "cmd.exe",
        r#"cmd.exe /c "echo <guid> > C:\Users\<user>\AppData\Local\Temp\<guid>.tmp && type C:\Windows\Temp\log_<num>.txt""#,
    ),
    (
        "chrome",
        r#""<path>" --type=renderer --field-trial-handle=<num>,<num>,<num>,131072 --lang=en-US /prefetch:1"#,
    ),
    ("conhost", r"\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1"),
    ("", r#""<path>" -hostname <host> -tmp:/tmp/<guid>/rollback"#),
    ("", r#"<name> add HKLM\Software\<guid> /v Item<num> /t REG_SZ /d "<user>" /f"#),
    ("", r#""<path>" --name "Müller & Söhne – データ <num>" /out:%TEMP%"#),
    ("", r#""<path>""#),
];

/// What may follow, over and over.
const ARGUMENTS: [&str; 12] = [
    " --verbose=<num>",
    " -hostname <host>",
    r" /out:%TEMP%\<hex>.tmp",
    " /d <user>",
    " -Id <guid>",
    " /quiet",
    " --handle=<num>,<num>,131072",
    r" -log C:\Logs\<hex>.log",
    " -retry <num>",
    " -tmp:/tmp/<guid>/rollback",
    " /v Item<num>",
    " --type=renderer",
];

/// What follows in a command line that hides what it does: many delimiters, little text.
const OBFUSCATED: [&str; 3] = ["&call %<hex>:~1,1%", "&set <hex>=%a:~2%", " &&(%b:~-1%)"];

/// One delimiter, to fill up exactly.
const FILLER: &str = " <hex>";

/// The characters that separate tokens: white space and `- \ / . , " ' | & : ; % $ ( )`.
fn is_delimiter(character: char) -> bool {
    character.is_whitespace() || r#"-\/.,"'|&:;%$()"#.contains(character)
}

fn count(text: &str) -> usize {
    text.chars().filter(|&character| is_delimiter(character)).count()
}

/// A stretch of a command line: fixed text, or what differs from row to row.
#[derive(Debug)]
pub(crate) enum Part {
    /// Text as it stands in a quoted CSV field.
    Text(String),
    /// The program's path.
    Path,
    /// The program's name.
    Name,
    /// A random GUID: four delimiters.
    Guid,
    /// A host's full name: three delimiters.
    Host,
    /// A user's name, no delimiter.
    User,
    /// A Windows service, no delimiter.
    Service,
    /// A random number, no delimiter.
    Number,
    /// A random hexadecimal number, no delimiter.
    Hex,
}

/// A start or an argument of a command line.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) parts: Vec<Part>,
    /// Delimiters besides those of the program's path and name.
    n_delimiters: usize,
    /// For which programs, by a part of their names.
    family: &'static str,
    quoted: bool,
}

impl Piece {
    fn parse(family: &'static str, template: &str) -> Self {
        let mut parts = Vec::new();
        let (mut n_delimiters, mut text, mut rest) = (0, String::new(), template);
        while let Some(first) = rest.chars().next() {
            if let Some((mark, part, inner)) = slot(rest) {
                n_delimiters += inner;
                parts.extend([Part::Text(std::mem::take(&mut text)), part]);
                rest = &rest[mark..];
            } else {
                n_delimiters += usize::from(is_delimiter(first));
                text.push_str(if first == '"' { "\"\"" } else { &rest[..first.len_utf8()] });
                rest = &rest[first.len_utf8()..];
            }
        }
        parts.push(Part::Text(text));
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        Self { parts, n_delimiters, family, quoted: template.contains(['"', ',']) }
    }

    fn n_delimiters(&self, program: &Program) -> usize {
        let own = self.parts.iter().map(|part| match part {
            Part::Path => count(&program.path),
            Part::Name => count(program.name()),
            _ => 0,
        });
        self.n_delimiters + own.sum::<usize>()
    }
}

/// The slot at the start of a template: its mark's length, its part, its delimiters.
fn slot(template: &str) -> Option<(usize, Part, usize)> {
    let end = template.strip_prefix('<')?.find('>')? + 2;
    let (part, n_delimiters) = match &template[..end] {
        "<path>" => (Part::Path, 0),
        "<name>" => (Part::Name, 0),
        "<guid>" => (Part::Guid, 4),
        "<host>" => (Part::Host, 3),
        "<user>" => (Part::User, 0),
        "<service>" => (Part::Service, 0),
        "<num>" => (Part::Number, 0),
        "<hex>" => (Part::Hex, 0),
        _ => return None,
    };
    Some((end, part, n_delimiters))
}

/// The pieces of one command line, as numbers into [`Pieces`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) pieces: Box<[u8]>,
    /// Whether the CSV field needs quotes.
    pub(crate) quoted: bool,
}

/// All pieces there are: starts, arguments, obfuscated arguments, the bare name, the filler.
#[derive(Debug)]
pub(crate) struct Pieces {
    all: Vec<Piece>,
    heads: Vec<u8>,
    arguments: Vec<u8>,
    obfuscated: Vec<u8>,
    bare: u8,
    filler: u8,
}

impl Pieces {
    pub(crate) fn new() -> Self {
        let mut all = Vec::new();
        let mut add = |family, template: &str| {
            all.push(Piece::parse(family, template));
            u8::try_from(all.len() - 1).expect("there are fewer than 256 pieces")
        };
        let heads = HEADS.iter().map(|&(family, template)| add(family, template)).collect();
        let arguments = ARGUMENTS.iter().map(|template| add("", template)).collect();
        let obfuscated = OBFUSCATED.iter().map(|template| add("", template)).collect();
        let (bare, filler) = (add("", "<name>"), add("", FILLER));
        Self { all, heads, arguments, obfuscated, bare, filler }
    }

    pub(crate) fn get(&self, piece: u8) -> &Piece {
        &self.all[usize::from(piece)]
    }

    /// A command line of `program` with exactly `n_delimiters`.
    pub(crate) fn shape(
        &self,
        program: &Program,
        n_delimiters: usize,
        rng: &mut impl Rng,
    ) -> Shape {
        let head = self.head(program, n_delimiters, rng);
        self.fill(program, head, &self.arguments, n_delimiters, rng)
    }

    /// The same, but of a command line that hides what it does.
    pub(crate) fn obfuscated(
        &self,
        program: &Program,
        n_delimiters: usize,
        rng: &mut impl Rng,
    ) -> Shape {
        let head = self.head(program, n_delimiters.min(1), rng);
        self.fill(program, head, &self.obfuscated, n_delimiters, rng)
    }

    /// A start that has no more delimiters than wanted, if there is one.
    fn head(&self, program: &Program, n_delimiters: usize, rng: &mut impl Rng) -> Option<u8> {
        let heads = self.heads.iter().copied().filter(|&piece| {
            let piece = self.get(piece);
            program.path.contains(piece.family) && piece.n_delimiters(program) <= n_delimiters
        });
        let heads: Vec<u8> = heads.collect();
        let own = heads.iter().copied().find(|&piece| !self.get(piece).family.is_empty());
        let bare = (count(program.name()) <= n_delimiters).then_some(self.bare);
        match heads.len() {
            0 => bare,
            n => own.or(Some(heads[rng.random_range(0..n)])),
        }
    }

    fn fill(
        &self,
        program: &Program,
        head: Option<u8>,
        arguments: &[u8],
        n_delimiters: usize,
        rng: &mut impl Rng,
    ) -> Shape {
        let mut pieces = Vec::from_iter(head);
        let mut left = n_delimiters - head.map_or(0, |head| self.get(head).n_delimiters(program));
        let mut next = rng.random_range(0..arguments.len());
        while left > 0 {
            let argument = arguments[next % arguments.len()];
            let fits = self.get(argument).n_delimiters <= left;
            let piece = if fits { argument } else { self.filler };
            left -= self.get(piece).n_delimiters;
            pieces.push(piece);
            next += 1;
        }
        let quoted = pieces.iter().any(|&piece| self.get(piece).quoted);
        Shape { pieces: pieces.into(), quoted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn a_shape_has_exactly_the_delimiters_asked_for() {
        let (pieces, mut rng) = (Pieces::new(), Xoshiro256PlusPlus::seed_from_u64(3));
        for program in super::super::catalogue::programs().iter().take(40) {
            for n in 0..200 {
                for shape in
                    [pieces.shape(program, n, &mut rng), pieces.obfuscated(program, n, &mut rng)]
                {
                    let sum: usize =
                        shape.pieces.iter().map(|&p| pieces.get(p).n_delimiters(program)).sum();
                    assert_eq!(sum, n, "{} {shape:?}", program.path);
                }
            }
        }
    }

    #[test]
    fn a_mark_that_is_no_slot_stays_text() {
        let piece = Piece::parse("", "a > <b> \"<num>");
        assert!(
            matches!(&piece.parts[..], [Part::Text(text), Part::Number] if text == "a > <b> \"\"")
        );
        assert_eq!((piece.n_delimiters, piece.quoted), (4, true));
    }
}
