//! Queries are read again by a small tokenizer, written from the languages' manuals: whatever a
//! column is called and a value holds, the query has the tokens that it was built from.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use oddsift_timespan::{
    Error, TimeParser, TimeSpan, Timestamp, kql_filter, kql_identifier, kql_string, spl_filter,
    sql_filter,
};
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name in quotes, decoded.
    Quoted(String),
    /// Letters, digits, `_`, and what follows `datetime` in parentheses.
    Word(String),
    Sign(char),
}

fn word(text: &str) -> Token {
    Token::Word(text.to_owned())
}

/// The text in quotes that the rest begins with, escapes undone, and what is behind it.
fn decode(rest: &str, quote: char) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            c if c == quote => return Some((text, chars.as_str())),
            '\\' => text.push(match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let hex: String = chars.by_ref().take(4).collect();
                    char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?
                }
                c @ ('\\' | '\'' | '"') => c,
                _ => return None,
            }),
            // Kusto ends a literal that breaks the line.
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => return None,
            c => text.push(c),
        }
    }
}

fn tokens(query: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = query.trim_start_matches(' ');
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        if let Some(name) = rest.strip_prefix("['") {
            let (name, behind) = decode(name, '\'')?;
            tokens.push(Token::Quoted(name));
            rest = behind.strip_prefix(']')?;
        } else if let Some(time) = rest.strip_prefix("datetime(") {
            let (time, behind) = time.split_once(')')?;
            tokens.push(word(time));
            rest = behind;
        } else if first.is_ascii_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let (name, behind) = rest.split_at(end.unwrap_or(rest.len()));
            tokens.push(word(name));
            rest = behind;
        } else {
            tokens.push(Token::Sign(first));
            rest = behind;
        }
        rest = rest.trim_start_matches(' ');
    }
    Some(tokens)
}

/// The delimited identifiers of a piece of SQL, decoded, and the text without them.
fn delimited(query: &str) -> Option<(Vec<String>, String)> {
    let mut names = Vec::new();
    let mut outside = String::new();
    let mut rest = query;
    while let Some((before, behind)) = rest.split_once('"') {
        outside.push_str(before);
        let mut name = String::new();
        rest = behind;
        loop {
            let (part, behind) = rest.split_once('"')?;
            name.push_str(part);
            rest = behind;
            match rest.strip_prefix('"') {
                Some(behind) => rest = behind,
                None => break,
            }
            name.push('"');
        }
        names.push(name);
    }
    outside.push_str(rest);
    Some((names, outside))
}

/// Names that look like queries more often than by chance.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z_][A-Za-z0-9_]{0,12}",
        "['\"\\\\\\]\\[ |();=/*`$a-z\\n\\r\\t]{1,12}",
        "\\PC{1,12}",
        prop::collection::vec(any::<char>(), 1..12).prop_map(String::from_iter),
    ]
}

fn times() -> impl Strategy<Value = Timestamp> {
    let first = "0001-01-01T00:00:00Z".parse::<Timestamp>().unwrap().as_second();
    let last = Timestamp::MAX.as_second();
    (first..=last, 0..1_000_000_000)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

fn spans() -> impl Strategy<Value = Vec<TimeSpan>> {
    let span = (times(), times()).prop_map(|(a, b)| TimeSpan::new(a.min(b), a.max(b)).unwrap());
    prop::collection::vec(span, 0..4)
}

/// The column's token, then two bounds for each span, from `where` on.
fn expected(name: &Token, bounds: &[(Token, Token)], or: &str, and: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, (start, end)) in bounds.iter().enumerate() {
        if index > 0 {
            tokens.push(word(or));
        }
        tokens.extend([Token::Sign('('), name.clone(), Token::Sign('>'), Token::Sign('=')]);
        tokens.extend([start.clone(), word(and), name.clone()]);
        tokens.extend([Token::Sign('<'), end.clone(), Token::Sign(')')]);
    }
    tokens
}

proptest! {
    #[test]
    fn kql_names_read_back_as_one_identifier(name in names()) {
        let identifier = kql_identifier(&name).unwrap();
        prop_assert!(!identifier.chars().any(char::is_control));
        let read = tokens(&identifier).unwrap();
        prop_assert!(read == [Token::Quoted(name.clone())] || read == [word(&name)], "{}", identifier);
    }

    #[test]
    fn kql_text_reads_back_as_one_literal(text in names()) {
        let literal = kql_string(&text);
        prop_assert!(!literal.chars().any(char::is_control));
        let decoded = decode(literal.strip_prefix('"').unwrap(), '"');
        prop_assert_eq!(decoded, Some((text, "")));
    }

    #[test]
    fn kql_has_the_tokens_that_it_was_built_from(name in names(), spans in spans()) {
        let query = kql_filter(&name, &spans).unwrap();
        let read = tokens(&query).unwrap();
        prop_assert_eq!(&read[..2], &[Token::Sign('|'), word("where")]);
        let full: Vec<&TimeSpan> = spans.iter().filter(|span| !span.is_empty()).collect();
        if full.is_empty() {
            prop_assert_eq!(&read[2..], &[word("false")]);
            return Ok(());
        }
        let times: Vec<&Token> = read
            .iter()
            .filter(|token| matches!(token, Token::Word(text) if TimeParser::new().parse(text).is_ok()))
            .collect();
        let bounds: Vec<(Token, Token)> =
            times.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        prop_assert_eq!(bounds.len(), full.len());
        prop_assert_eq!(&read[2..], &expected(&read[3], &bounds, "or", "and"));
        prop_assert!(read[3] == Token::Quoted(name.clone()) || read[3] == word(&name));
        for ((start, end), span) in bounds.iter().zip(full) {
            let time = |token: &Token| match token {
                Token::Word(text) => TimeParser::new().parse(text).unwrap().timestamp,
                _ => unreachable!("only words were kept"),
            };
            // Outwards, by less than a tick.
            prop_assert!((0..100).contains(&time(start).duration_until(span.start()).as_nanos()));
            prop_assert!((0..100).contains(&span.end().duration_until(time(end)).as_nanos()));
        }
    }

    #[test]
    fn sql_names_are_one_identifier_or_an_error(name in names(), spans in spans()) {
        match sql_filter(&name, &spans) {
            Ok(query) => {
                prop_assert!(!query.chars().any(char::is_control));
                let n_spans = spans.iter().filter(|span| !span.is_empty()).count();
                let (identifiers, rest) = delimited(&query).unwrap();
                prop_assert_eq!(identifiers, vec![name; 2 * n_spans]);
                prop_assert!(rest.chars().all(|c| " ()':.->=<".contains(c) || c.is_ascii_alphanumeric()));
            }
            Err(Error::ColumnCharacter { .. }) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn spl_names_are_one_field_or_an_error(name in names(), spans in spans()) {
        match spl_filter(&name, &spans) {
            Ok(query) => {
                let n_spans = spans.iter().filter(|span| !span.is_empty()).count();
                prop_assert_eq!(query.matches('\'').count(), 4 * n_spans);
                prop_assert_eq!(query.matches(&format!("'{name}'")).count(), 2 * n_spans);
            }
            Err(Error::ColumnCharacter { .. }) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}
