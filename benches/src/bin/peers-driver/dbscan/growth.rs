//! How the cost grows with the rows.

use anyhow::{Result, bail};

use super::plot::{Series, svg};
use crate::arena::Arena;
use crate::data::{Data, short};
use crate::peer::Task;
use crate::table::{figures, markdown};

/// A family of points, grown with `eps` scaled so that the neighbourhoods keep their size.
struct Family {
    title: &'static str,
    made_by: &'static str,
    n_columns: usize,
    min_samples: &'static str,
}

const FAMILIES: [Family; 3] = [
    Family { title: "blobs, 2-D", made_by: "blobs:100", n_columns: 2, min_samples: "10" },
    Family { title: "uniform noise, 3-D", made_by: "uniform:1", n_columns: 3, min_samples: "5" },
    Family { title: "events, 3-D", made_by: "events", n_columns: 3, min_samples: "2" },
];

const SIZES: [usize; 6] = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000];
const QUICK_SIZES: [usize; 3] = [3000, 10_000, 30_000];

/// Mean number of distinct rows within `eps` of a distinct row, itself included.
const N_NEIGHBOURS: &str = "20";

/// What was measured, as text and as a picture.
pub(crate) struct Growth {
    pub(crate) text: String,
    pub(crate) svg: String,
}

pub(crate) fn measure(arena: &mut Arena) -> Result<Growth> {
    let sizes = if arena.quick { &QUICK_SIZES[..] } else { &SIZES };
    let (mut cells, mut all) = (Vec::new(), Vec::new());
    for family in &FAMILIES {
        let mut points = Vec::new();
        for &n_rows in sizes {
            let (eps, seconds) = family.seconds(arena, n_rows)?;
            let shown = [short(n_rows), figures(eps), figures(seconds)];
            cells.push([vec![family.title.to_owned()], shown.to_vec()].concat());
            points.push((n_rows as f64, seconds));
        }
        all.push(Series { title: family.title, exponent: exponent(&points), points });
    }
    let header = ["data", "rows", "eps", "seconds, one thread"];
    let table = markdown(&header, &cells, &[1, 2, 3]);
    let fitted = all.iter().map(|series| {
        format!("- {}: seconds grow as rows to the power {:.2}\n", series.title, series.exponent)
    });
    let text = format!("{}\n{table}", fitted.collect::<String>());
    Ok(Growth { text, svg: svg(&all)? })
}

impl Family {
    fn seconds(&self, arena: &mut Arena, n_rows: usize) -> Result<(f64, f64)> {
        let Self { title, made_by, n_columns, min_samples } = *self;
        let data = Data::points(made_by, n_rows, n_columns);
        let file = arena.file(data)?;
        let path = file.display().to_string();
        let eps = arena.tell(&["eps", &path, &n_columns.to_string(), N_NEIGHBOURS])?;
        eprintln!("run   oddsift, threads 1: {title}, {n_rows} rows, eps {eps}");
        let measured = arena.ours(Task {
            file: &file,
            n_columns: data.n_columns(),
            params: &[&eps, min_samples],
        });
        match measured.as_deref() {
            Ok([fit]) => Ok((eps.parse()?, fit.seconds)),
            other => bail!("no result on {title} with {n_rows} rows: {other:?}"),
        }
    }
}

/// The slope of the logarithms, by least squares.
fn exponent(points: &[(f64, f64)]) -> f64 {
    let logs = || points.iter().map(|(x, y)| (x.ln(), y.ln()));
    let n = points.len() as f64;
    let (x_mean, y_mean) =
        (logs().map(|(x, _)| x).sum::<f64>() / n, logs().map(|(_, y)| y).sum::<f64>() / n);
    let covariance: f64 = logs().map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
    covariance / logs().map(|(x, _)| (x - x_mean).powi(2)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponent_of_a_power_is_found() {
        let points: Vec<(f64, f64)> =
            [10.0, 100.0, 3000.0].iter().map(|&x: &f64| (x, 0.7 * x.powf(1.3))).collect();
        assert!((exponent(&points) - 1.3).abs() < 1e-12);
    }
}
