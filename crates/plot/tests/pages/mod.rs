//! Pages as the tool makes them, of seeded data.

use ndarray::{Array2, s};
use oddsift_dbscan::Dbscan;
use oddsift_eventcluster::EventClusters;
use oddsift_outliers::OutlierDetector;
use oddsift_plot::{
    ClusterPlot, DistancePlot, Entry, Figure, Labels, OutlierPlot, Page, SeriesPlot, Timeline,
};
use oddsift_timeseries::{Anomalies, Series, Timestamp};

/// Markup that would act if it were taken for such, where a command line is expected.
pub(crate) const HOSTILE: &str = "<img src=x onerror=alert(1)>&lt;b&gt;%{x}$y$";
/// Where the mark of that text is, for no other is far from the rest.
const HOSTILE_AT: [f64; 3] = [9000.0, 60.0, 3000.0];

/// Numbers that look random and are the same each time.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// At least 0, less than 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Around 0, mostly between -2 and 2.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

/// A share of so many, rounded down.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
fn whole(value: f64) -> u32 {
    value.max(0.0) as u32
}

/// Rows of processes: two dozen kinds, each with rows that are nearly alike, and a few like no other.
pub(crate) fn processes(n_rows: usize) -> (Array2<f64>, Vec<String>) {
    let mut draw = Draw::new(7);
    let kinds: Vec<[f64; 3]> = (0..24)
        .map(|_| {
            [
                900.0 + 5000.0 * draw.share(),
                (1.0 + 20.0 * draw.share()).floor(),
                12.0 + (400.0 * draw.share()).floor(),
            ]
        })
        .collect();
    let mut texts = Vec::new();
    let mut x = Array2::zeros((n_rows, 3));
    for row in 0..n_rows {
        // The first kinds have most rows.
        let kind = whole(24.0 * draw.share().powi(3)) as usize;
        let is_odd = row % (n_rows / 12) == 5;
        let mut values = kinds[kind];
        values[0] += (6.0 * draw.share()).floor() * 8.0;
        values[2] += (4.0 * draw.share()).floor() * 4.0;
        let mut text = format!(
            "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Service{kind:02} --config \"C:\\ProgramData\\Vendor\\{row}.xml\""
        );
        if is_odd {
            values = [
                7000.0 + 1500.0 * draw.share(),
                25.0 + 20.0 * draw.share(),
                800.0 + 1500.0 * draw.share(),
            ];
            text = format!(
                "powershell.exe -nop -w hidden -enc {}{row}",
                "SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA".repeat(3)
            );
        }
        if row == 5 {
            (values, text) = (HOSTILE_AT, HOSTILE.to_owned());
        }
        x.row_mut(row).assign(&ndarray::aview1(&values));
        texts.push(text);
    }
    (x, texts)
}

pub(crate) const FEATURES: [&str; 3] = ["pathScore", "commandlineTokensFull", "commandlineLen"];

pub(crate) fn clusters(n_rows: usize) -> Figure {
    let (x, texts) = processes(n_rows);
    let found = EventClusters::params().eps(0.004).min_samples(2).fit(&x).unwrap();
    let text = |pattern| {
        let row = usize::try_from(found.patterns().first_row(pattern)).ok()?;
        texts.get(row).map(String::as_str)
    };
    ClusterPlot::new(&found, &FEATURES)
        .texts(&text)
        .cut_off(20)
        .note(Some("min-samples 2"))
        .figure()
}

/// Of the first features, one to three.
pub(crate) fn outliers(n_features: usize) -> Figure {
    let (x, texts) = processes(3000);
    let x = x.slice(s![.., 3 - n_features..]).to_owned();
    let detector = OutlierDetector::params().seed(1).fit(&x).unwrap();
    let scores = detector.forest().score_samples(&x).unwrap();
    let mut order: Vec<usize> = (0..x.nrows()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    order.truncate(14);
    let odd = x.select(ndarray::Axis(0), &order);
    let texts: Vec<String> = order.iter().map(|row| texts[*row].clone()).collect();
    OutlierPlot::new(&detector, &FEATURES[3 - n_features..])
        .training(&x, None)
        .outliers(&odd, &texts)
        .selection(true)
        .figure()
        .unwrap()
}

/// Hours of days, with a day in which too much and an hour in which too little came.
pub(crate) fn series(n_series: usize) -> Figure {
    let params = Anomalies::params();
    let of_host = |host: usize| {
        let mut draw = Draw::new(host as u64);
        let base = 2000.0 + 1500.0 * host as f64;
        let points: Vec<(Timestamp, f64)> = (0..24 * 28_i64)
            .map(|hour| {
                let day = ((hour % 24) as f64 / 24.0 * std::f64::consts::TAU).sin();
                let odd = match hour {
                    350..=353 => 3.0,
                    500 => -1.8,
                    88 if host.is_multiple_of(2) => 2.5,
                    _ => 0.0,
                };
                let value = base * (1.5 + day + odd + 0.08 * draw.normal()).max(0.0);
                (Timestamp::constant(1_709_251_200 + 3600 * hour, 0), value)
            })
            .collect();
        params
            .fit(&Series::as_given(&points).with_group(Some(format!("host-{host:02}.example.org"))))
            .unwrap()
    };
    let found: Vec<Anomalies> = (0..n_series).map(of_host).collect();
    let labels = Labels { y: Some("bytes sent"), ..Labels::default() };
    SeriesPlot::new(&params, &found).labels(labels).figure()
}

/// Events of a day, with a few odd ones.
pub(crate) fn timeline() -> Figure {
    let mut draw = Draw::new(3);
    let at = |minute: i64| Timestamp::constant(1_709_251_200 + 60 * minute, 0);
    let share = |minute: i64| (minute as f64 / 1440.0 * std::f64::consts::TAU).cos();
    let counts: Vec<(Timestamp, u64)> = (0..1440)
        .map(|minute| {
            (at(minute), u64::from(whole(40.0 - 30.0 * share(minute) + 4.0 * draw.normal())))
        })
        .collect();
    let odd = [(at(123), HOSTILE.to_owned()), (at(700), "reg.exe save HKLM\\SAM".to_owned())];
    Timeline::new(&counts).odd(&odd).figure()
}

/// The first second but one of the first year; of others the last that every time zone has in the last.
pub(crate) fn in_year(year: i32) -> String {
    let second = if year == 1 { "01-01T00:00:01" } else { "12-30T21:59:59" };
    format!("{year:04}-{second}Z")
}

/// An odd event in each of these years.
pub(crate) fn years(years: &[i32]) -> Figure {
    let at = |year: &i32| -> Timestamp { in_year(*year).parse().unwrap() };
    let counts: Vec<(Timestamp, u64)> = years.iter().map(|year| (at(year), 3)).collect();
    let odd: Vec<(Timestamp, String)> =
        years.iter().map(|year| (at(year), format!("in {year}"))).collect();
    Timeline::new(&counts).odd(&odd).figure()
}

pub(crate) fn distances() -> Figure {
    let (x, _) = processes(2000);
    let x = x.map(|value| value / 1000.0);
    let distances = Dbscan::params().min_samples(3).k_distances(&x, None).unwrap();
    DistancePlot::new(&distances).figure()
}

fn entry(rank: u32, text: &str) -> Entry {
    Entry {
        mark: rank.to_string(),
        text: text.to_owned(),
        about: "started by cmd.exe · 1 row".to_owned(),
        notes: vec![
            (
                "38".to_owned(),
                "ran 28 times of 363 events, 1 time with this command line".to_owned(),
            ),
            ("8".to_owned(), format!("words seen nowhere else: {text}")),
        ],
    }
}

/// What someone hands over.
pub(crate) fn report() -> Page {
    let (_, texts) = processes(3000);
    let rows: Vec<[String; 4]> = (0..60)
        .map(|nth| {
            [
                (nth + 1).to_string(),
                format!("0.{}", 79 - nth),
                format!("WIN-{:03}", nth * 7 % 60),
                texts[nth * 3].repeat(1 + nth % 3),
            ]
        })
        .collect();
    let hosts = [["WIN-007", "12 409", "3"], ["WIN-012", "9 981", "1"], [HOSTILE, "17", "0"]];
    Page::new("Odd processes of 1 March 2024")
        .facts(&[
            ("Rows", "1 204 331"),
            ("Distinct", "18 204"),
            ("Clusters", "24"),
            ("Noise rows", "12"),
            ("Parameters", "eps 0.02, min_samples 2, scaling standard"),
            ("Source", "/srv/logs/2024-03-01/process-creation/windows-4688.csv.zst"),
        ])
        .paragraph(
            "Processes that are like no other are listed first. A row stands for all rows that are equal in every feature; \
             what one sees is a place to begin, and no verdict.",
        )
        .heading("What to read first")
        .finding("Finding 1", "73 bits · WIN-007 · anna · 2024-03-01 05:15:13 · 2 lines", &[
            entry(1, &texts[300].repeat(4)),
            entry(2, HOSTILE),
        ])
        .finding("Finding 2", "61 bits · WIN-012 · 1 line", &[entry(3, "whoami.exe /all")])
        .figure(clusters(3000))
        .heading("The oddest rows")
        .table("Sixty rows, the oddest first", &["Nth", "Score", "Host", "Command line"], &[true, true, false, false], &rows)
        .heading("Hosts")
        .table("Rows and outliers of hosts", &["Host", "Rows", "Outliers"], &[false, true, true], &hosts)
        .heading("When")
        .figure(series(1))
}
