//! Any text in any place: the markup stays what it is without.

use std::borrow::Cow;

use html5gum::{DefaultEmitter, Token, Tokenizer};
use proptest::prelude::*;

use super::*;
use crate::Entry;
use crate::figure::{At, Axis, Cloud, Layer, Panel, Role, Scale, View};

/// Pieces that mean something to one reader or another, and any characters between them.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "</script>",
            "<script>",
            "<!--",
            "-->",
            "]]>",
            "<![CDATA[",
            "&",
            "&lt;",
            "&amp;lt;",
            "\"",
            "'",
            "<img src=x onerror=alert(1)>",
            "</title>",
            "</style>",
            "\u{2028}",
            "\u{2029}",
            "\0",
            "\r\n",
            "%{x}",
            "\\u003c",
            "\\",
            "javascript:",
            "\u{202e}",
            "${x}",
            "`",
            "\u{feff}",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let text = prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat());
    prop::collection::vec(text, 8)
}

/// Each place has a text of its own, numbered, so that none is empty or like another.
struct Texts<'a> {
    texts: &'a [String],
    n_taken: usize,
}

impl Texts<'_> {
    fn next(&mut self) -> String {
        self.n_taken += 1;
        format!("{} {}", self.n_taken, self.texts[self.n_taken % self.texts.len()])
    }

    fn many(&mut self, n: usize) -> Vec<String> {
        (0..n).map(|_| self.next()).collect()
    }
}

fn page(texts: &[String]) -> Page {
    let mut next = Texts { texts, n_taken: 0 };
    let facts = [(next.next(), next.next()), (next.next(), next.next())];
    Page::new(&next.next())
        .facts(&facts)
        .heading(&next.next())
        .paragraph(&next.next())
        .table(
            &next.next(),
            &next.many(3),
            &[true, false],
            &[next.many(3), next.many(4), next.many(1)],
        )
        .finding(&next.next(), &next.next(), &[entry_of(&mut next), entry_of(&mut next)])
        .figure(figure_of(&mut next))
        .figure(figure_of(&mut next))
}

fn entry_of(next: &mut Texts<'_>) -> Entry {
    Entry {
        mark: next.next(),
        text: next.next(),
        about: next.next(),
        notes: vec![(next.next(), next.next())],
    }
}

/// A text in every place that has one, cleaned or not, and numbers that are none.
fn figure_of(next: &mut Texts<'_>) -> Figure {
    let cloud = Cloud {
        name: next.next(),
        role: Role::Odd,
        columns: vec![vec![1.0, f64::NAN], vec![f64::INFINITY, -0.0]],
        sizes: vec![9.0, 1e308],
        texts: next.many(2),
        labels: vec![(0, next.next()), (1, next.next())],
        details: vec![0, u32::MAX],
    };
    let table = Table {
        title: next.next(),
        header: next.many(2),
        numeric: vec![false],
        rows: vec![next.many(2)],
    };
    let (role, x, y, z) =
        (Role::Marked, vec![1.0, 2.0], vec![0.1, f64::NAN], vec![1.0, -1.0, f64::NAN, 5e-324]);
    let layers = vec![
        Layer::Surface { name: next.next(), x: x.clone(), y: y.clone(), z },
        Layer::Band { name: next.next(), role, x: x.clone(), low: y.clone(), high: y.clone() },
        Layer::Line { name: next.next(), role, x, y },
        Layer::Spans { name: next.next(), role, spans: vec![(0.0, 1.0)] },
        Layer::Points { cloud: 0, x: 0, y: 1 },
        Layer::Rule { text: next.next(), role, at: At::X(1.0) },
    ];
    let mut axis = |scale| Axis { label: next.next(), scale, range: (1.0, 2.0) };
    let panel = Panel {
        x: axis(Scale::Time),
        y: axis(Scale::Log),
        title: next.next(),
        height: 1.0,
        layers,
    };
    let views = vec![View { name: next.next(), n_columns: 1, panels: vec![panel] }];
    Figure {
        title: next.next(),
        facts: next.next(),
        clouds: vec![cloud],
        views,
        details: vec![table],
    }
}

/// The file with two short scripts in place of those that run.
fn short_document(page: &Page) -> String {
    with_scripts(page, &Scripts::new("plotly()".to_owned(), "page()"))
}

#[derive(Debug, Default, PartialEq)]
struct Parsed {
    /// Tags with their attributes.
    markup: Vec<String>,
    /// The texts of elements, in their order.
    texts: Vec<(String, String)>,
}

/// What a browser finds in a file.
fn parse(html: &str) -> Parsed {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut parsed = Parsed::default();
    let mut element = String::new();
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                element = lossy(&tag.name).into_owned();
                let mut shown = element.clone();
                for (name, value) in &tag.attributes {
                    // Long texts have a class of their own.
                    if (lossy(name), lossy(value)) != (Cow::from("class"), Cow::from("code")) {
                        shown = format!("{shown} {}={}", lossy(name), lossy(value));
                    }
                }
                parsed.markup.push(shown);
            }
            Token::EndTag(tag) => parsed.markup.push(format!("/{}", lossy(&tag.name))),
            Token::String(text) => parsed.texts.push((element.clone(), lossy(&text).into_owned())),
            Token::Doctype(_) => parsed.markup.push("!doctype".to_owned()),
            other => parsed.markup.push(format!("{other:?}")),
        }
    }
    parsed
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn texts_of(parsed: &Parsed, element: &str) -> Vec<String> {
    let texts = parsed.texts.iter().filter(|(of, text)| of == element && !text.trim().is_empty());
    texts.map(|(_, text)| text.clone()).collect()
}

proptest! {
    #[test]
    fn markup_is_the_same_whatever_the_texts_are(texts in texts()) {
        let page = page(&texts);
        let html = short_document(&page);
        let parsed = parse(&html);
        let plain = parse(&short_document(&self::page(&vec!["x".to_owned(); 8])));
        prop_assert_eq!(&parsed.markup, &plain.markup);
        prop_assert_eq!(texts_of(&parsed, "title"), vec![page.title.clone()]);
        prop_assert_eq!(texts_of(&parsed, "h1"), vec![page.title.clone()]);
        let figures: Vec<&Figure> = page.blocks.iter().filter_map(super::figure_of).collect();
        let scripts = texts_of(&parsed, "script");
        prop_assert_eq!(&scripts[1..], ["plotly()", "page()"]);
        let data: serde_json::Value = serde_json::from_str(&scripts[0]).unwrap();
        prop_assert_eq!(data, serde_json::to_value(&figures).unwrap());
    }

    #[test]
    fn same_page_is_the_same_bytes(texts in texts()) {
        prop_assert_eq!(short_document(&page(&texts)), short_document(&page(&texts)));
    }
}

#[test]
fn every_text_is_shown() {
    let texts: Vec<String> = (0..8).map(|n| format!("<{n}> & \"text\"")).collect();
    let page = page(&texts);
    let parsed = parse(&short_document(&page));
    for (element, n) in [
        ("h1", 1),
        ("dt", 2),
        ("dd", 2),
        ("h2", 3),
        ("a", 1),
        ("p", 6),
        ("caption", 1),
        ("th", 3),
        ("td", 8),
    ] {
        let found = texts_of(&parsed, element);
        assert_eq!(found.len(), n, "{element}: {found:?}");
        let own = found.iter().filter(|text| text.contains("> & \"text\"")).count();
        assert_eq!(own, n, "{element}: {found:?}");
    }
}

#[test]
fn policy_names_the_scripts_that_are_there() {
    let html = document(&page(&vec![String::new(); 8]));
    let parsed = parse(&html);
    let policy = parsed
        .markup
        .iter()
        .find_map(|tag| tag.strip_prefix("meta content=default-src 'none'; "))
        .unwrap();
    assert!(policy.ends_with("http-equiv=Content-Security-Policy"), "{policy}");
    let mut hashes = Vec::new();
    for (nth, script) in texts_of(&parsed, "script").iter().enumerate().skip(1) {
        let digest = <sha2::Sha256 as sha2::Digest>::digest(script);
        let hash = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, digest);
        assert!(policy.contains(&format!("'sha256-{hash}'")), "script {nth}: {policy}");
        hashes.push(hash);
    }
    let [first, second] = &hashes[..] else { panic!("{} scripts", hashes.len()) };
    assert_eq!(
        policy.trim_end_matches(" http-equiv=Content-Security-Policy"),
        format!(
            "script-src 'sha256-{first}' 'sha256-{second}'; style-src 'unsafe-inline'; \
             img-src data: blob:; base-uri 'none'; form-action 'none'"
        ),
    );
}

#[test]
fn page_asks_no_network_for_anything() {
    let parsed = parse(&document(&page(&vec!["https://example.org/x.js".to_owned(); 8])));
    let addresses = ["src=", "href=", "action=", "data=", "url=", "srcset=", "poster=", "style="];
    let asks = |tag: &&String| {
        tag.split(' ').skip(1).any(|it| addresses.iter().any(|name| it.starts_with(name)))
    };
    let asking: Vec<&String> = parsed.markup.iter().filter(asks).collect();
    assert_eq!(asking, ["link href=data:, rel=icon", "a href=#finding-1"]);
    let style = texts_of(&parsed, "style").concat();
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn long_cell_shows_its_start_and_has_all() {
    let long = "é".repeat(SHOWN + HIDDEN + 1);
    let html = short_document(&Page::new("x").table(
        "t",
        &["a"],
        &[],
        &[[&long], [&long[2..].to_owned()]],
    ));
    let parsed = parse(&html);
    assert_eq!(texts_of(&parsed, "span").first(), Some(&format!("{}…", &long[..2 * SHOWN])));
    let whole = parsed.texts.iter().filter(|(_, text)| *text == long || *text == long[2..]);
    assert_eq!(whole.count(), 2);
}

#[test]
fn table_without_a_title_has_no_caption() {
    let html = short_document(&Page::new("x").table("", &["a"], &[], &[["b"]]));
    assert!(!html.contains("<caption") && html.contains("<td>b</td>"));
}

#[test]
fn page_without_a_figure_is_short() {
    let html = Page::new("Facts").facts(&[("Rows", "1")]).to_html();
    assert!(html.len() < 60_000 && !html.contains("plotly.js v") && !html.contains("id=\"data\""));
}
