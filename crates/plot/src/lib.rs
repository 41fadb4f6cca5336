#![doc = include_str!("../README.md")]

mod distance; // DistancePlot: distances to the k-th neighbour
mod figure; // Figure: what is drawn, before it is known how
mod text; // text of data, made fit for a picture

pub use {distance::DistancePlot, figure::Figure};
