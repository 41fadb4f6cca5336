//! Surfaces: areas between levels, and the line along the border of what is odd.

use super::{
    canvas::Canvas,
    colors::{Color, MUTED, ODD_STEPS, USUAL_STEPS},
    contour::contours,
    geometry::Rect,
    layout::Place,
    lines::clipped,
    raster::{Raster, polygons},
};

/// Values over places in pixels that ascend in both directions.
#[derive(Debug)]
pub(super) struct Surface {
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    /// Row by row.
    pub(super) z: Vec<f64>,
}

/// Places to a side of a surface; of more, some are passed over.
const MOST_PLACES: usize = 160;
/// Pieces of the border; what has more is noise, of which a border tells nothing.
const MOST_PIECES: usize = 4000;

impl Surface {
    /// `None` without two places in each direction, or if these do not ascend.
    pub(super) fn of(place: &Place<'_>, x: &[f64], y: &[f64], z: &[f64]) -> Option<Self> {
        let columns = spread(x.len());
        let mut rows = spread(y.len());
        // Pixels count downwards.
        rows.reverse();
        let value =
            |row: usize, column: usize| z.get(row * x.len() + column).copied().unwrap_or(f64::NAN);
        let z = rows.iter().flat_map(|row| columns.iter().map(|column| value(*row, *column)));
        let surface = Self {
            z: z.collect(),
            x: columns.iter().map(|nth| place.x.at(*x.get(*nth)?)).collect::<Option<_>>()?,
            y: rows.iter().map(|nth| place.y.at(*y.get(*nth)?)).collect::<Option<_>>()?,
        };
        let ascends =
            |places: &[f64]| places.len() > 1 && places.windows(2).all(|two| two[0] < two[1]);
        (ascends(&surface.x) && ascends(&surface.y)).then_some(surface)
    }

    pub(super) fn at(&self, row: usize, column: usize) -> f64 {
        self.z.get(row * self.x.len() + column).copied().unwrap_or(f64::NAN)
    }

    /// What it covers of a panel: half a step more than its places on each side.
    fn extent(&self, plot: &Rect) -> Rect {
        let reach = |places: &[f64]| {
            let (first, last) =
                (places.first().copied().unwrap_or(0.0), places.last().copied().unwrap_or(0.0));
            let half = (last - first) / (places.len() - 1) as f64 / 2.0;
            (first - half, last + half)
        };
        let ((left, right), (top, bottom)) = (reach(&self.x), reach(&self.y));
        Rect {
            left: left.max(plot.left),
            top: top.max(plot.top),
            right: right.min(plot.right),
            bottom: bottom.min(plot.bottom),
        }
    }
}

/// All places, or as many of them as are allowed, ends included.
fn spread(n: usize) -> Vec<usize> {
    if n <= MOST_PLACES {
        return (0..n).collect();
    }
    (0..MOST_PLACES).map(|nth| nth * (n - 1) / (MOST_PLACES - 1)).collect()
}

/// Draws a surface with at most about so many pieces of rows.
///
/// Levels lie on each other, the lowest one first. So there are no gaps between them, not even thin
/// ones.
pub(super) fn draw_surface(canvas: &mut Canvas, place: &Place<'_>, surface: &Surface, most: usize) {
    let extent = surface.extent(&place.plot);
    let levels = Levels::of(&surface.z);
    let runs_of =
        |raster: &Raster| -> Vec<_> { levels.borders.iter().map(|it| raster.runs(*it)).collect() };
    let mut side = FINEST;
    let mut raster = Raster::of(surface, &extent, side);
    let mut runs = runs_of(&raster);
    while runs.iter().flatten().map(Vec::len).sum::<usize>() > most && side < COARSEST {
        side *= 2.0;
        raster = Raster::of(surface, &extent, side);
        runs = runs_of(&raster);
    }
    for (runs, color) in runs.iter().zip(&levels.colors) {
        for corners in polygons(runs) {
            canvas.polygon(&raster.pixels(&corners), color.fill());
        }
    }
    let pieces = contours(surface);
    if pieces.iter().map(Vec::len).sum::<usize>() <= MOST_PIECES {
        for piece in pieces.iter().flat_map(|piece| clipped(piece, &extent)) {
            canvas.path(&piece, MUTED.stroke(1.0));
        }
    }
}

/// Heights of a row of the raster in pixels.
const FINEST: f64 = 2.0;
const COARSEST: f64 = 32.0;

/// Where one colour ends and the next one begins; zero is one of the borders.
struct Levels {
    /// The least value of each colour, ascending.
    borders: Vec<f64>,
    colors: Vec<Color>,
}

impl Levels {
    fn of(z: &[f64]) -> Self {
        let finite = z.iter().copied().filter(|z| z.is_finite());
        let (least, most) = finite.fold((0.0_f64, 0.0_f64), |(a, b), z| (a.min(z), b.max(z)));
        let (n_odd, n_usual) = shares(-least, most);
        let part = |nth: usize, n: usize| nth as f64 / n.max(1) as f64;
        // The lowest one holds all that is lower still.
        let below =
            |nth: usize| if nth == n_odd { f64::NEG_INFINITY } else { least * part(nth, n_odd) };
        let odd = (1..=n_odd).rev().map(|nth| (below(nth), step(&ODD_STEPS, nth, n_odd)));
        let usual = (1..=n_usual)
            .map(|nth| (most * part(nth - 1, n_usual), step(&USUAL_STEPS, nth, n_usual)));
        let (borders, colors) = odd.chain(usual).unzip();
        Self { borders, colors }
    }
}

/// All levels.
const N_LEVELS: usize = 9;

/// How many levels are below zero, none if nothing is, and how many from zero on: no more than there
/// are colours.
fn shares(below: f64, above: f64) -> (usize, usize) {
    let share = below / 2.0 / (below / 2.0 + above / 2.0);
    let most = ODD_STEPS.len();
    let count = |share: f64| ((share * N_LEVELS as f64).round() as usize).clamp(1, most);
    (if below > 0.0 { count(share) } else { 0 }, if above > 0.0 { count(1.0 - share) } else { 1 })
}

/// The colour of a step from zero, of so many: the last one is the strongest.
fn step(colors: &[Color; 6], nth: usize, n: usize) -> Color {
    let place = (nth * colors.len()).div_ceil(n.max(1)).clamp(1, colors.len());
    colors[place - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_a_border() {
        for z in [&[-1.0, 2.0][..], &[-0.2, 0.1], &[3.0, 4.0], &[0.0], &[f64::NAN], &[-1.0, 1e-9]] {
            let levels = Levels::of(z);
            assert!(levels.borders.contains(&0.0), "{z:?} {:?}", levels.borders);
            assert!(levels.borders.windows(2).all(|two| two[0] < two[1]), "{:?}", levels.borders);
            assert_eq!(levels.borders.len(), levels.colors.len());
        }
    }

    #[test]
    fn there_are_about_nine_levels() {
        for (z, n) in
            [([-1.0, 1.0], 10), ([-0.2, 0.1], 9), ([-1.0, 9.0], 7), ([f64::MIN, f64::MAX], 10)]
        {
            assert_eq!(Levels::of(&z).colors.len(), n, "{z:?}");
        }
    }

    #[test]
    fn the_outermost_levels_have_the_strongest_colors() {
        let levels = Levels::of(&[-1.0, 0.5]);
        assert_eq!(levels.colors.first(), Some(&ODD_STEPS[5]));
        assert_eq!(levels.colors.last(), Some(&USUAL_STEPS[5]));
    }

    #[test]
    fn large_surfaces_keep_their_ends() {
        assert_eq!(spread(3), [0, 1, 2]);
        let kept = spread(1001);
        assert_eq!((kept.len(), kept.first(), kept.last()), (160, Some(&0), Some(&1000)));
    }
}
