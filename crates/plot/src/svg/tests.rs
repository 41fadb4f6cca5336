//! What holds for every picture.

use std::collections::BTreeMap;

use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::samples;
use crate::{
    Figure,
    figure::{At, Axis, Cloud, Layer, Panel, Role, Scale, View},
};

const TAGS: [&str; 11] =
    ["svg", "style", "title", "desc", "rect", "line", "polyline", "polygon", "circle", "text", "g"];

/// Checks that a picture is what it promises to be.
fn check(svg: &str) {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    for node in document.descendants().filter(Node::is_element) {
        assert!(TAGS.contains(&node.tag_name().name()), "{:?}", node.tag_name());
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on") && !name.contains("href"), "{name}");
            assert!(
                !value.contains("NaN") && !value.contains("inf") && !value.contains("url"),
                "{value}"
            );
        }
        check_place(&node);
    }
    assert_eq!(document.root_element().attribute("role"), Some("img"));
}

/// Checks that a shape is in the picture, but for the rims of points.
fn check_place(node: &Node<'_, '_>) {
    let rim = 40 * 4;
    let pairs = node.attribute("points").unwrap_or("").split_whitespace();
    let x_values = pairs.filter_map(|pair| pair.split(',').next()).map(str::to_owned);
    let others = ["x1", "x2", "cx"].into_iter().filter_map(|name| node.attribute(name));
    for x in x_values.chain(others.map(str::to_owned)) {
        let x: i32 = x.parse().unwrap();
        assert!((-rim..=3600 + rim).contains(&x), "{node:?}");
    }
}

/// How many elements of each kind there are, and all text.
fn structure(svg: &str) -> String {
    let document = Document::parse(svg).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for node in document.descendants().filter(Node::is_element) {
        *counts.entry(node.tag_name().name()).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(tag, n)| format!("{tag} {n}")).collect();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let texts: Vec<&str> = texts.filter_map(|node| node.text()).collect();
    let height = document.root_element().attribute("height").unwrap_or("none");
    format!("height {height}\n{}\n\n{}", counts.join("\n"), texts.join("\n"))
}

#[test]
fn clusters_are_discs_with_words() {
    insta::assert_snapshot!(structure(&samples::cluster().to_svg()));
}

#[test]
fn outliers_lie_over_a_surface() {
    insta::assert_snapshot!(structure(&samples::outlier().to_svg()));
}

#[test]
fn stacked_panels_share_the_words_of_their_times() {
    insta::assert_snapshot!(structure(&samples::parts(744).to_svg()));
}

#[test]
fn groups_are_side_by_side() {
    insta::assert_snapshot!(structure(&samples::groups(8, 3).to_svg()));
}

#[test]
fn distances_have_a_limit() {
    insta::assert_snapshot!(structure(&samples::distance().to_svg()));
}

#[test]
fn samples_are_what_they_promise() {
    let figures = [
        samples::cluster(),
        samples::outlier(),
        samples::parts(8760),
        samples::groups(70, 4),
        samples::distance(),
    ];
    for figure in figures {
        let svg = figure.to_svg();
        check(&svg);
        assert_eq!(svg, figure.to_svg());
    }
}

#[test]
fn panels_that_are_too_many_are_counted() {
    assert!(samples::groups(70, 4).to_svg().contains("and 10 more"));
}

#[test]
fn large_data_gives_a_small_file() {
    let mut random = samples::Numbers(4);
    let mut numbers = |n: usize| -> Vec<f64> { (0..n).map(|_| random.next()).collect() };
    let clouds = vec![samples::cloud(
        "all",
        Role::Common,
        vec![numbers(60_000), numbers(60_000)],
        Vec::new(),
    )];
    let axis = || Axis::linear("x", [0.0, 1.0].into_iter());
    let grid: Vec<f64> = (0..100).map(|nth| f64::from(nth) / 99.0).collect();
    let surface = numbers(10_000).into_iter().map(|z| z - 0.5).collect();
    let surface = Layer::Surface { name: "z".to_owned(), x: grid.clone(), y: grid, z: surface };
    let mut x = numbers(60_000);
    x.sort_by(f64::total_cmp);
    let line = Layer::Line { name: "y".to_owned(), role: Role::Observed, x, y: numbers(60_000) };
    let layers = vec![surface, line, Layer::Points { cloud: 0, x: 0, y: 1 }];
    let panels = vec![samples::panel("all", axis(), axis(), layers); 6];
    let view = View { name: String::new(), n_columns: 3, panels };
    let svg = Figure::of_view("large".to_owned(), String::new(), clouds, view).to_svg();
    check(&svg);
    assert!(svg.len() < 1_500_000, "{}", svg.len());
}

/// Any characters, those that XML forbids among them.
fn text() -> impl Strategy<Value = String> {
    let chars = prop_oneof![
        any::<char>(),
        prop::sample::select(vec!['\0', '<', '&', '"', ']', '\u{ffff}', '\n'])
    ];
    prop::collection::vec(chars, 0..12).prop_map(String::from_iter)
}

fn number() -> impl Strategy<Value = f64> {
    let special = vec![0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324];
    prop_oneof![prop::num::f64::ANY, -10.0..100_f64, prop::sample::select(special)]
}

fn numbers() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(number(), 0..9)
}

fn role() -> impl Strategy<Value = Role> {
    use Role::{Common, Down, Expected, Marked, Observed, Odd, Rare, Rest, Season, Up};
    let roles = vec![Odd, Rare, Common, Up, Down, Observed, Expected, Marked, Season, Rest];
    prop::sample::select(roles)
}

fn axis() -> impl Strategy<Value = Axis> {
    let scale = prop::sample::select(vec![Scale::Linear, Scale::Log, Scale::Time]);
    (text(), scale, number(), number()).prop_map(|(label, scale, from, to)| Axis {
        label,
        scale,
        range: (from, to),
    })
}

fn layer() -> impl Strategy<Value = Layer> {
    let spans = prop::collection::vec((number(), number()), 0..5);
    let at = prop_oneof![number().prop_map(At::X), number().prop_map(At::Y)];
    prop_oneof![
        (0..4_usize, 0..4_usize, 0..4_usize).prop_map(|(cloud, x, y)| Layer::Points {
            cloud,
            x,
            y
        }),
        (text(), role(), numbers(), numbers()).prop_map(|(name, role, x, y)| Layer::Line {
            name,
            role,
            x,
            y
        }),
        (text(), role(), numbers(), numbers(), numbers())
            .prop_map(|(name, role, x, low, high)| Layer::Band { name, role, x, low, high }),
        (text(), role(), spans).prop_map(|(name, role, spans)| Layer::Spans { name, role, spans }),
        (text(), numbers(), numbers(), numbers()).prop_map(|(name, mut x, mut y, z)| {
            x.sort_by(f64::total_cmp);
            y.sort_by(f64::total_cmp);
            Layer::Surface { name, x, y, z }
        }),
        (text(), role(), at).prop_map(|(text, role, at)| Layer::Rule { text, role, at }),
    ]
}

fn panel() -> impl Strategy<Value = Panel> {
    (text(), number(), axis(), axis(), prop::collection::vec(layer(), 0..6))
        .prop_map(|(title, height, x, y, layers)| Panel { title, height, x, y, layers })
}

fn cloud() -> impl Strategy<Value = Cloud> {
    let labels = prop::collection::vec((0..9_usize, text()), 0..5);
    (text(), role(), prop::collection::vec(numbers(), 0..4), numbers(), labels).prop_map(
        |(name, role, columns, sizes, labels)| Cloud {
            labels,
            ..samples::cloud(&name, role, columns, sizes)
        },
    )
}

fn figure() -> impl Strategy<Value = Figure> {
    let panels = prop::collection::vec(panel(), 0..7);
    let view = (text(), prop_oneof![0..5_usize, any::<usize>()], panels)
        .prop_map(|(name, n_columns, panels)| View { name, n_columns, panels });
    let clouds = prop::collection::vec(cloud(), 0..4);
    (text(), text(), clouds, prop::collection::vec(view, 0..2)).prop_map(
        |(title, facts, clouds, views)| Figure { title, facts, clouds, views, details: Vec::new() },
    )
}

proptest! {
    #[test]
    fn every_figure_is_a_picture(figure in figure()) {
        check(&figure.to_svg());
    }
}
