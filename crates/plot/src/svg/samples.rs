//! Figures of every kind.

use crate::{
    Figure,
    figure::{At, Axis, Cloud, Layer, Panel, Role, Scale, View},
};

/// The same numbers between 0 and 1 on every run (Steele, Lea and Flood, OOPSLA 2014: "splittable").
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal.
    fn around(&mut self, middle: f64, width: f64) -> f64 {
        middle + width * ((0..6).map(|_| self.next()).sum::<f64>() - 3.0)
    }
}

pub(super) fn cloud(name: &str, role: Role, columns: Vec<Vec<f64>>, sizes: Vec<f64>) -> Cloud {
    Cloud {
        name: name.to_owned(),
        role,
        columns,
        sizes,
        texts: Vec::new(),
        labels: Vec::new(),
        details: Vec::new(),
    }
}

pub(super) fn panel(title: &str, x: Axis, y: Axis, layers: Vec<Layer>) -> Panel {
    Panel { title: title.to_owned(), height: 1.0, x, y, layers }
}

fn figure(
    title: &str,
    facts: &str,
    clouds: Vec<Cloud>,
    n_columns: usize,
    panels: Vec<Panel>,
) -> Figure {
    let view = View { name: String::new(), n_columns, panels };
    Figure::of_view(title.to_owned(), facts.to_owned(), clouds, view)
}

/// Clusters as discs, noise and small clusters, over a logarithmic axis.
pub(super) fn cluster() -> Figure {
    let mut random = Numbers(1);
    let mut many = |n: usize, spread: f64| -> Vec<Vec<f64>> {
        let x = (0..n).map(|_| 10_f64.powf(random.around(2.6, 0.6 * spread))).collect();
        vec![x, (0..n).map(|_| random.around(18.0, 5.0 * spread)).collect()]
    };
    let (common, rare, odd) = (many(200, 1.0), many(10, 1.3), many(30, 1.8));
    let sizes = (0..200).map(|nth| 46.0 / (1.0 + f64::from(nth) / 4.0).sqrt()).collect();
    let words = [
        "powershell -enc",
        "net user /add",
        "rundll32 javascript:",
        "certutil -urlcache",
        "日本語.exe",
    ];
    let mut noise = cloud("noise", Role::Odd, odd, vec![9.8; 30]);
    noise.labels = (0..30).map(|nth| (nth, words[nth % 5].to_owned())).collect();
    let mut common = cloud("clusters", Role::Common, common, sizes);
    common.labels = vec![(0, "svchost.exe".to_owned()), (1, "conhost.exe".to_owned())];
    let clouds = vec![common, cloud("clusters under 3", Role::Rare, rare, vec![7.0; 10]), noise];
    let values = |column: usize| clouds.iter().flat_map(move |cloud| cloud.columns[column].clone());
    let x = Axis::of_values("path score", values(0));
    let y = Axis::of_values("command line tokens", values(1));
    let layers = (0..3).map(|cloud| Layer::Points { cloud, x: 0, y: 1 }).collect();
    let facts =
        "1\u{202f}234\u{202f}567 rows, 240 distinct; eps 0.01, at least 2 rows; areas by rows";
    figure("200 clusters, 30 noise rows", facts, clouds, 1, vec![panel("", x, y, layers)])
}

/// Pairs of features over a surface.
pub(super) fn outlier() -> Figure {
    let mut random = Numbers(2);
    let mut rows = |n: usize, width: f64| -> Vec<Vec<f64>> {
        let row =
            |feature: usize| (0..n).map(|_| random.around(10.0 * feature as f64, width)).collect();
        (0..4).map(row).collect()
    };
    let usual = cloud("rows of the training", Role::Common, rows(400, 2.0), vec![4.0; 400]);
    let mut odd = cloud("outliers", Role::Odd, rows(12, 6.0), vec![9.0; 12]);
    odd.labels = (0..12).map(|nth| (nth, format!("host-{nth}$"))).collect();
    let clouds = vec![usual, odd];
    let names = ["logon hour", "bytes out", "failed logons", "hosts"];
    let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
    let panel = |(x, y): (usize, usize)| {
        let axis = |column: usize| {
            let values = clouds.iter().flat_map(|cloud| cloud.columns[column].clone());
            Axis::linear(names[column], values)
        };
        let (x_axis, y_axis) = (axis(x), axis(y));
        let places = |axis: &Axis| -> Vec<f64> {
            (0..64)
                .map(|nth| axis.range.0 + f64::from(nth) / 63.0 * (axis.range.1 - axis.range.0))
                .collect()
        };
        let (xs, ys) = (places(&x_axis), places(&y_axis));
        let score = |nth: usize, column: usize, at: f64| {
            ((at - 10.0 * column as f64) / 6.0).powi(2)
                + 0.1 * (at * (1.0 + nth as f64 / 3.0)).sin()
        };
        let z = ys
            .iter()
            .flat_map(|b| xs.iter().map(move |a| 0.1 - 0.07 * (score(0, x, *a) + score(1, y, *b))));
        let z = z.collect();
        let mut layers =
            vec![Layer::Surface { name: "how odd".to_owned(), x: xs.clone(), y: ys.clone(), z }];
        layers.extend((0..2).map(|cloud| Layer::Points { cloud, x, y }));
        self::panel("", x_axis, y_axis, layers)
    };
    let panels = pairs.into_iter().map(panel).collect();
    let facts = "outliers score below -0.5; of each pair the other features are at their median";
    figure("12 outliers among 412 rows", facts, clouds, 3, panels)
}

/// 2024-05-01 at midnight, in milliseconds.
const START: f64 = 1_714_521_600_000.0;
const HOUR: f64 = 3_600_000.0;

/// Times, values, what was expected, and what is left over.
fn series(n: usize, seed: u64, level: f64) -> [Vec<f64>; 4] {
    let mut random = Numbers(seed);
    let times = (0..n).map(|nth| START + HOUR * nth as f64).collect();
    let season = |nth: usize| (nth as f64 / 24.0 * std::f64::consts::TAU).sin();
    let expected: Vec<f64> = (0..n).map(|nth| level * (10.0 + 4.0 * season(nth))).collect();
    let jump = |nth: usize| match nth % 170 {
        77..=79 => 9.0,
        140 => -8.0,
        _ => 0.0,
    };
    let rest: Vec<f64> = (0..n).map(|nth| level * (random.around(0.0, 0.8) + jump(nth))).collect();
    let values = expected.iter().zip(&rest).map(|(a, b)| (a + b).max(0.0)).collect();
    [times, values, expected, rest]
}

fn marked(n: usize, seed: u64, level: f64) -> (Panel, Vec<Cloud>, [Vec<f64>; 4]) {
    let all = series(n, seed, level);
    let [times, values, expected, rest] = all.clone();
    let flagged = |role, name: &str, is: &dyn Fn(f64) -> bool| {
        let found: Vec<usize> = (0..n).filter(|nth| is(rest[*nth] / level)).collect();
        let of = |part: &[f64]| found.iter().map(|nth| part[*nth]).collect::<Vec<f64>>();
        let mut cloud =
            cloud(name, role, vec![of(&times), of(&values), of(&rest)], vec![10.0; found.len()]);
        cloud.labels =
            (0..found.len().min(8)).map(|nth| (nth, format!("05-0{nth} 05:00"))).collect();
        cloud
    };
    let clouds = vec![
        flagged(Role::Up, "too high", &|it| it > 6.0),
        flagged(Role::Down, "too low", &|it| it < -6.0),
    ];
    let spans = clouds[0].columns[0].iter().map(|at| (*at, at + HOUR)).collect();
    let beside = |by: f64| expected.iter().map(|it| it + by * level).collect::<Vec<f64>>();
    let (low, high) = (beside(-3.0), beside(3.0));
    let y = Axis::linear("logons per hour", values.iter().chain(&low).chain(&high).copied());
    let layers = vec![
        Layer::Spans { name: "period of anomalies".to_owned(), role: Role::Marked, spans },
        Layer::Band { name: "usual".to_owned(), role: Role::Expected, x: times.clone(), low, high },
        Layer::Line {
            name: "expected".to_owned(),
            role: Role::Expected,
            x: times.clone(),
            y: expected,
        },
        Layer::Line {
            name: "observed".to_owned(),
            role: Role::Observed,
            x: times.clone(),
            y: values,
        },
    ];
    let x = Axis::new("time (UTC)", Scale::Time, (times[0] - HOUR, times[n - 1] + HOUR));
    (panel("", x, y, layers), clouds, all)
}

/// A series and what it was taken apart to, one below the other.
pub(super) fn parts(n: usize) -> Figure {
    let (mut main, clouds, [times, _, expected, rest]) = marked(n, 3, 100.0);
    main.layers.extend((0..2).map(|cloud| Layer::Points { cloud, x: 0, y: 1 }));
    main.height = 0.56;
    let line = |name: &str, role, y: &[f64]| Layer::Line {
        name: name.to_owned(),
        role,
        x: times.clone(),
        y: y.to_vec(),
    };
    let mut low = panel(
        "what is left over",
        main.x.clone(),
        Axis::linear("remainder", rest.iter().copied()),
        vec![line("remainder", Role::Rest, &rest)],
    );
    low.layers.extend([-300.0, 300.0].map(|at| Layer::Rule {
        text: format!("{at}"),
        role: Role::Marked,
        at: At::Y(at),
    }));
    low.layers.extend((0..2).map(|cloud| Layer::Points { cloud, x: 0, y: 2 }));
    low.height = 0.24;
    let season: Vec<f64> = expected.iter().map(|it| it - 1000.0).collect();
    let y = Axis::linear("season", season.iter().copied());
    let mut lowest =
        panel("what comes again", main.x.clone(), y, vec![line("season", Role::Season, &season)]);
    lowest.height = 0.2;
    let facts = "2024-05-01 00:00 to 2024-05-31 23:00 UTC; period 24 points";
    figure("17 anomalies in 744 points", facts, clouds, 1, vec![main, low, lowest])
}

/// Series of several groups.
pub(super) fn groups(n: usize, n_columns: usize) -> Figure {
    let (mut clouds, mut panels) = (Vec::new(), Vec::new());
    for nth in 0..n {
        let (mut panel, own, _) =
            marked(336, 10 + nth as u64, [1.0, 10.0, 100.0, 1e3, 1e4][nth % 5]);
        panel.title = format!("host-{nth}.example.org");
        panel.layers.extend((0..own.len()).map(|of| Layer::Points {
            cloud: clouds.len() + of,
            x: 0,
            y: 1,
        }));
        clouds.extend(own.into_iter().map(|cloud| Cloud { labels: Vec::new(), ..cloud }));
        panels.push(panel);
    }
    figure("96 anomalies in 2\u{202f}688 points of 8 series", "", clouds, n_columns, panels)
}

/// Distances to neighbours with a limit.
pub(super) fn distance() -> Figure {
    let x: Vec<f64> = (0..400).map(|nth| 25.0 * f64::from(nth)).collect();
    let y: Vec<f64> = (0..400).map(|nth| 0.002 * 1.02_f64.powi(nth)).collect();
    let axes = (
        Axis::new("rows, the nearest to a neighbour first", Scale::Linear, (0.0, 10_000.0)),
        Axis::of_values("distance", y.iter().copied()),
    );
    let rule = |text: &str, at| Layer::Rule { text: text.to_owned(), role: Role::Marked, at };
    let layers = vec![
        Layer::Line { name: "distance".to_owned(), role: Role::Observed, x, y },
        rule("eps 1.5", At::Y(1.5)),
        rule("1 600 beyond", At::X(8400.0)),
    ];
    let facts = "the knee proposes eps 1.5";
    figure(
        "Distances to the neighbours",
        facts,
        Vec::new(),
        1,
        vec![panel("", axes.0, axes.1, layers)],
    )
}
