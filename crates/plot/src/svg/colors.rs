//! Colours and shapes of what is drawn. Both of a role differ from those of others, and colours are told
//! apart by eyes that see few (Okabe and Ito, "Color Universal Design", 2008).

use std::fmt::Write;

use super::canvas::Fill;
use crate::figure::Role;

/// Red, green and blue in light surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub(super) [u8; 3]);

impl Color {
    /// As documents have it: [`style`] finds it there.
    pub(super) fn hex(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }
}

pub(super) const PAPER: Color = Color([0xFF, 0xFF, 0xFF]);
pub(super) const INK: Color = Color([0x1F, 0x23, 0x28]);
pub(super) const MUTED: Color = Color([0x5F, 0x67, 0x70]);
pub(super) const AXIS: Color = Color([0xB4, 0xBA, 0xC1]);
pub(super) const GRID: Color = Color([0xEA, 0xED, 0xF0]);
const VERMILLION: Color = Color([0xD5, 0x5E, 0x00]);
const ORANGE: Color = Color([0xE6, 0x9F, 0x00]);
const BLUE: Color = Color([0x00, 0x72, 0xB2]);
const SKY: Color = Color([0x56, 0xB4, 0xE9]);
const PURPLE: Color = Color([0xCC, 0x79, 0xA7]);
const GREEN: Color = Color([0x00, 0x9E, 0x73]);
const GREY: Color = Color([0x86, 0x8E, 0x96]);

/// Steps of a surface, the palest first: below zero.
pub(super) const ODD_STEPS: [Color; 6] = [
    Color([0xFD, 0xF0, 0xE6]),
    Color([0xFB, 0xE2, 0xCF]),
    Color([0xF8, 0xD3, 0xB6]),
    Color([0xF5, 0xC2, 0x9B]),
    Color([0xF1, 0xB0, 0x80]),
    Color([0xEC, 0x9C, 0x64]),
];
/// And above.
pub(super) const USUAL_STEPS: [Color; 6] = [
    Color([0xF1, 0xF6, 0xFB]),
    Color([0xE3, 0xEE, 0xF7]),
    Color([0xD4, 0xE5, 0xF3]),
    Color([0xC3, 0xDB, 0xEE]),
    Color([0xB1, 0xD0, 0xE8]),
    Color([0x9D, 0xC3, 0xE2]),
];

/// All that are drawn, each with what takes its place in dark surroundings.
const IN_THE_DARK: [(Color, Color); 24] = [
    (PAPER, Color([0x15, 0x18, 0x1C])),
    (INK, Color([0xE8, 0xEA, 0xED])),
    (MUTED, Color([0xA0, 0xA8, 0xB1])),
    (AXIS, Color([0x52, 0x5A, 0x63])),
    (GRID, Color([0x25, 0x2A, 0x30])),
    (VERMILLION, Color([0xFF, 0x7F, 0x2E])),
    (ORANGE, Color([0xF0, 0xB4, 0x3C])),
    (BLUE, Color([0x4F, 0xAE, 0xEA])),
    (SKY, Color([0x3D, 0x84, 0xB0])),
    (PURPLE, Color([0xE3, 0x99, 0xC4])),
    (GREEN, Color([0x2F, 0xC7, 0x9B])),
    (GREY, Color([0x8B, 0x93, 0x9C])),
    (ODD_STEPS[0], Color([0x27, 0x20, 0x1C])),
    (ODD_STEPS[1], Color([0x33, 0x27, 0x20])),
    (ODD_STEPS[2], Color([0x40, 0x2E, 0x23])),
    (ODD_STEPS[3], Color([0x4F, 0x36, 0x26])),
    (ODD_STEPS[4], Color([0x5F, 0x3E, 0x29])),
    (ODD_STEPS[5], Color([0x71, 0x47, 0x2B])),
    (USUAL_STEPS[0], Color([0x1A, 0x20, 0x26])),
    (USUAL_STEPS[1], Color([0x1C, 0x26, 0x2F])),
    (USUAL_STEPS[2], Color([0x1E, 0x2D, 0x39])),
    (USUAL_STEPS[3], Color([0x20, 0x34, 0x44])),
    (USUAL_STEPS[4], Color([0x22, 0x3C, 0x50])),
    (USUAL_STEPS[5], Color([0x24, 0x45, 0x5E])),
];

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Circle,
    Square,
    Diamond,
    Up,
    Down,
}

/// How points, lines and areas of a role look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) color: Color,
    pub(super) shape: Shape,
    /// Of points.
    pub(super) opacity: f64,
    /// Points of a higher rank lie on others, and words keep clear of those that have one.
    pub(super) rank: u8,
}

impl Look {
    pub(super) fn of(role: Role) -> Self {
        let look = |color, shape, opacity, rank| Self { color, shape, opacity, rank };
        match role {
            Role::Odd => look(VERMILLION, Shape::Diamond, 1.0, 3),
            Role::Up => look(VERMILLION, Shape::Up, 1.0, 3),
            Role::Down => look(PURPLE, Shape::Down, 1.0, 2),
            Role::Rare => look(ORANGE, Shape::Square, 1.0, 1),
            Role::Marked => look(ORANGE, Shape::Square, 1.0, 0),
            Role::Common | Role::Expected => look(BLUE, Shape::Circle, 0.5, 0),
            Role::Observed => look(INK, Shape::Circle, 0.5, 0),
            Role::Season => look(GREEN, Shape::Circle, 0.5, 0),
            Role::Rest => look(GREY, Shape::Circle, 0.5, 0),
        }
    }
}

/// How an area of a role is filled.
pub(super) fn area(role: Role) -> Fill {
    match role {
        Role::Expected | Role::Common => Fill { color: SKY, opacity: 0.28 },
        role => Fill { color: Look::of(role).color, opacity: 0.2 },
    }
}

/// What is constant: other colours in dark surroundings.
pub(super) fn style() -> String {
    let mut style = String::from("@media (prefers-color-scheme:dark){");
    for (light, dark) in IN_THE_DARK.map(|(light, dark)| (light.hex(), dark.hex())) {
        for kind in ["fill", "stroke"] {
            let _ = write!(style, ".oddsift [{kind}=\"{light}\"]{{{kind}:{dark}}}");
        }
    }
    style + "}"
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 10] = [
        Role::Odd,
        Role::Rare,
        Role::Common,
        Role::Up,
        Role::Down,
        Role::Observed,
        Role::Expected,
        Role::Marked,
        Role::Season,
        Role::Rest,
    ];

    fn luminance(color: Color) -> f64 {
        let [red, green, blue] = color.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    fn dark(color: Color) -> Color {
        IN_THE_DARK.iter().find(|(light, _)| *light == color).unwrap().1
    }

    #[test]
    fn every_color_has_one_for_the_dark() {
        for role in ROLES {
            dark(Look::of(role).color);
            dark(area(role).color);
        }
    }

    #[test]
    fn text_is_readable_in_both_surroundings() {
        for color in [INK, MUTED] {
            assert!(contrast(color, PAPER) > 4.5);
            assert!(contrast(dark(color), dark(PAPER)) > 4.5);
        }
    }

    #[test]
    fn points_of_different_roles_differ_in_color_and_shape() {
        let points = [Role::Odd, Role::Rare, Role::Common, Role::Down].map(Look::of);
        for (nth, a) in points.iter().enumerate() {
            for b in &points[..nth] {
                assert!(a.color != b.color && a.shape != b.shape);
            }
        }
    }
}
