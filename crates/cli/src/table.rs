//! Results for people: a table that respects the width, most important columns first.

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Row, Table,
    TableStyle, Width,
};
use oddsift::records::escape_terminal;
use unicode_width::UnicodeWidthStr;

/// Where no terminal tells its width.
pub(crate) const DEFAULT_WIDTH: u16 = 120;
/// A column of text may be squeezed to this, but not below; numbers and times are never cut.
const NARROWEST_TEXT: usize = 34;
/// A line below the header, none between rows.
const STYLE: TableStyle = TableStyle::new()
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));
/// A cell that needs more lines is cut.
const LINES_OF_A_ROW: usize = 4;
/// Space on both sides of a column, and between it and the next.
const PADDING: usize = 2;
const BETWEEN: usize = 1;

/// How a table is to look.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look {
    /// Columns of the terminal.
    pub(crate) width: Option<u16>,
    pub(crate) color: bool,
}

/// A cell's text, and how it may be laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextCell {
    text: String,
    layout: Layout,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// May be broken into lines.
    Text,
    /// On one line, to the left.
    Whole,
    /// On one line, to the right.
    Number,
}

impl TextCell {
    /// Text from data: what a terminal would act on is made visible, line breaks become `⏎`.
    pub(crate) fn text(text: &str) -> Self {
        let escaped = escape_terminal(text).replace('\n', "⏎").replace('\t', "  ");
        Self { text: escaped, layout: Layout::Text }
    }

    /// A short text of ours, such as a time.
    pub(crate) fn whole(text: impl Into<String>) -> Self {
        Self { text: text.into(), layout: Layout::Whole }
    }

    pub(crate) fn number(number: &impl ToString) -> Self {
        Self { text: number.to_string(), layout: Layout::Number }
    }
}

/// A table in the making: columns in the order of their importance.
#[derive(Debug, Default)]
pub(crate) struct TextTable {
    header: Vec<String>,
    rows: Vec<(bool, Vec<TextCell>)>,
}

impl TextTable {
    pub(crate) fn new(header: impl IntoIterator<Item = String>) -> Self {
        let header = header.into_iter().map(|name| TextCell::text(&name).text).collect();
        Self { header, rows: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds a row; one that `stands_out` is shown bold.
    pub(crate) fn push(&mut self, stands_out: bool, cells: Vec<TextCell>) {
        self.rows.push((stands_out, cells));
    }

    /// The text of the table, and the names of the columns for which there was no room.
    pub(crate) fn render(&self, look: Look) -> (String, &[String]) {
        let width = look.width.unwrap_or(DEFAULT_WIDTH).max(20);
        let widths = self.widths();
        let n_shown = shown(&widths, usize::from(width));
        let mut table = Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width).set_truncation_indicator("…");
        if look.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let header = self.header.iter().take(n_shown);
        table.set_header(header.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
        for (stands_out, cells) in &self.rows {
            let cells = cells.iter().take(n_shown);
            let mut row = Row::from(cells.map(|cell| styled(cell, *stands_out)));
            row.max_height(LINES_OF_A_ROW);
            table.add_row(row);
        }
        for (column, width) in table.column_iter_mut().zip(&widths) {
            let least = u16::try_from(*width + PADDING).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
        (table.trim_fmt() + "\n", self.header.get(n_shown..).unwrap_or_default())
    }

    /// The width that each column needs.
    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.header.iter().map(|name| name.width()).collect();
        for (_, cells) in &self.rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                let natural = cell.text.width();
                let least = match cell.layout {
                    Layout::Text => natural.min(NARROWEST_TEXT),
                    Layout::Whole | Layout::Number => natural,
                };
                *width = (*width).max(least);
            }
        }
        widths
    }
}

/// How many columns fit, each as wide as it needs.
fn shown(widths: &[usize], room: usize) -> usize {
    let mut used = 0;
    let fits = widths.iter().take_while(|width| {
        used += **width + PADDING + BETWEEN;
        used <= room
    });
    fits.count().max(1)
}

fn styled(cell: &TextCell, stands_out: bool) -> Cell {
    let mut styled = Cell::new(&cell.text);
    if cell.layout == Layout::Number {
        styled = styled.set_alignment(CellAlignment::Right);
    }
    if stands_out { styled.add_attribute(Attribute::Bold) } else { styled }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: usize, rows: usize) -> TextTable {
        let mut table = TextTable::new((0..columns).map(|column| format!("column{column}")));
        for row in 0..rows {
            table.push(false, vec![TextCell::number(&row); columns]);
        }
        table
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [40, 80, 200] {
            let table = table(30, 3);
            let (text, left_out) = table.render(Look { width: Some(width), color: false });
            assert!(text.lines().all(|line| line.width() <= usize::from(width)), "{text}");
            assert!(!left_out.is_empty());
        }
    }

    #[test]
    fn colours_only_where_asked_for() {
        let render = |color| table(2, 1).render(Look { width: None, color }).0;
        assert!(render(true).contains("\u{1b}["));
        assert!(!render(false).contains('\u{1b}'));
    }

    #[test]
    fn control_characters_of_data_are_made_visible() {
        let cell = TextCell::text("a\u{1b}[2Jb\r\nc\u{9b}");
        assert!(!cell.text.chars().any(char::is_control), "{:?}", cell.text);
    }
}
