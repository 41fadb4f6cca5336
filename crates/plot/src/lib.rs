#![doc = include_str!("../README.md")]

mod distance; // DistancePlot: distances to the k-th neighbour
mod figure; // Figure: what is drawn, before it is known how
mod svg; // Figure::to_svg
mod text; // text of data, made fit for a picture
mod ticks; // places of an axis that are worth a label

pub use {distance::DistancePlot, figure::Figure};
