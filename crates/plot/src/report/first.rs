//! The hunt list: what is worth reading first, and why.

use oddsift_pipeline::{Finding, Hunted, Line, Role};

use crate::text::{count, counted};
use crate::{Entry, Page};

/// Lines on the page: what is read in a quarter of an hour.
const MOST_LINES: usize = 40;
const HEADING: &str = "What to read first";

/// Says why there is no list where rows are weighted.
pub(super) fn left_out(page: Page, weight: &str) -> Page {
    page.heading(HEADING).paragraph(&format!(
        "Left out: each row stands for as many as its {weight} says, and a hunt counts every row as \
         one. A report without --weight has it."
    ))
}

pub(super) fn on_page(page: Page, found: &Hunted) -> Page {
    let mut page = page.heading(HEADING).paragraph(&introduction(found));
    let (lines, findings) = (found.hunt.lines(), found.hunt.findings());
    let leads: Vec<&Line> = lines.iter().filter(|line| line.is_lead).take(MOST_LINES).collect();
    for group in leads.chunk_by(|a, b| a.finding == b.finding) {
        let number = group.first().map_or(0, |line| line.finding);
        let place = usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1);
        if let Some(finding) = findings.get(place) {
            let entries: Vec<Entry> = group.iter().map(|line| entry(found, line)).collect();
            let title = format!("Finding {}", finding.number);
            page = page.finding(&title, &about(found, finding, group), &entries);
        }
    }
    match lines.len() - leads.len() {
        0 => page,
        n => page.paragraph(&format!(
            "{} not shown; `oddsift hunt` prints all.",
            counted(n as u64, "more line is", "more lines are")
        )),
    }
}

fn introduction(found: &Hunted) -> String {
    let hunt = &found.hunt;
    let lines = counted(hunt.lines().len() as u64, "line", "lines");
    let findings = counted(hunt.findings().len() as u64, "finding", "findings");
    let known = match hunt.n_known_lines() {
        0 => String::new(),
        n => format!(
            " Known and left out: {} of {}.",
            counted(n, "line", "lines"),
            counted(hunt.n_known_seen(), "row", "rows")
        ),
    };
    format!(
        "{lines} in {findings}, the most surprising first. A line stands for all rows that are alike but \
         for numbers, ids and the like, a finding for what happened together. The number in front of a \
         reason is how many of the bits are its: the more bits, the rarer.{known}"
    )
}

/// How surprising a finding is; where, by whom and when; and how much there is of it.
fn about(found: &Hunted, finding: &Finding, lines: &[&Line]) -> String {
    let row = lines.first().map_or(0, |line| line.row);
    let mut parts = vec![format!("{:.0} bits", finding.bits)];
    let texts = [Role::Host, Role::User, Role::Time].map(|role| found.text_of(role, row));
    parts.extend(texts.into_iter().flatten().filter(|text| !text.is_empty()).map(str::to_owned));
    let (n_shown, n_lines) = (lines.len() as u64, counted(finding.n_lines, "line", "lines"));
    parts.push(if n_shown < finding.n_lines { format!("{n_shown} of {n_lines}") } else { n_lines });
    if finding.n_alike > 0 {
        parts.push(format!("{} more alike", count(finding.n_alike)));
    }
    parts.join(" · ")
}

fn entry(found: &Hunted, line: &Line) -> Entry {
    let mut about = Vec::new();
    about.extend(found.parent_name(line.row).map(|parent| format!("started by {parent}")));
    about.push(counted(line.count, "row", "rows"));
    if line.variants > 0 {
        about.push(counted(line.variants, "variant", "variants"));
    }
    let notes = found.hunt.grouped_reasons(line).into_iter();
    Entry {
        mark: line.rank.to_string(),
        text: found.what(line.row),
        about: about.join(" · "),
        notes: notes.map(|(bits, reason)| (format!("{bits:.0}"), reason)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use oddsift_pipeline::{HuntParams, Known};

    use super::*;

    const HOSTILE: &str = "<img src=x onerror=alert(1)>";

    fn hunted(rows: &str, params: &HuntParams) -> Hunted {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(rows.as_bytes()).unwrap();
        params.rank(file.path()).unwrap()
    }

    fn html(found: &Hunted) -> String {
        on_page(Page::new("x"), found).to_html()
    }

    /// Process events, one of them hostile in every text.
    fn processes() -> String {
        let mut rows =
            "NewProcessName,CommandLine,ParentProcessName,Computer,Account,TimeCreatedUtc\n"
                .to_owned();
        rows.extend((10..60).map(|minute| {
            format!("C:\\a.exe,a.exe -x,C:\\p.exe,host-1,anna,2024-01-01T00:{minute}:00Z\n")
        }));
        let hostile = format!("C:\\{HOSTILE}");
        rows + &format!(
            "{hostile},{HOSTILE} \u{202e},{hostile},{HOSTILE},{HOSTILE},2024-01-01T02:00:00Z\n"
        )
    }

    #[test]
    fn hostile_texts_are_text_and_lead_the_list() {
        let html = html(&hunted(&processes(), &HuntParams::new()));
        let list = html.split("What to read first</h2>").nth(1).unwrap();
        let first = list.split("</section>").next().unwrap();
        assert!(first.contains("id=\"finding-1\"") && first.contains("href=\"#finding-1\""));
        assert_eq!(first.matches("&lt;img src=x onerror=alert(").count(), 7, "{first}");
        assert!(!first.contains("<img") && !first.contains('\u{202e}'));
        assert!(first.contains("[U+202E]"), "{first}");
    }

    #[test]
    fn list_has_an_end_and_says_so() {
        let mut rows = "program,NewProcessName,CommandLine,Computer,TimeCreatedUtc\n".to_owned();
        rows.extend((0..90_u8).map(|n| {
            let word: String =
                [n / 9, n % 9].map(|digit| char::from(b'a' + digit)).iter().collect();
            let (hour, minute) = (n / 6, n % 6 * 10);
            format!(
                "x,C:\\{word}.exe,{word}.exe,host-{word},2024-01-01T{hour:02}:{minute:02}:00Z\n"
            )
        }));
        let found = hunted(&rows, &HuntParams::new());
        let html = html(&found);
        assert_eq!(html.matches("<div class=\"text\">").count(), MOST_LINES);
        let more = found.hunt.lines().len() - MOST_LINES;
        assert!(html.contains(&format!("{more} more lines are not shown")), "{more}");
    }

    #[test]
    fn what_is_known_is_counted() {
        let mut params = HuntParams::new();
        let history = hunted(&processes(), &params).history().unwrap();
        params.known = Some(Known::History(Box::new(history)));
        let html = html(&hunted(&processes(), &params));
        assert!(html.contains("0 lines in 0 findings"));
        assert!(html.contains("Known and left out: 2 lines of 51 rows."), "{html:.9000}");
    }

    #[test]
    fn values_stand_for_rows_that_are_no_processes() {
        let rows = "service,bytes\n".to_owned() + &"http,10\n".repeat(60) + "ftp,99999\n";
        let html = html(&hunted(&rows, &HuntParams::new()));
        assert!(html.contains("service ftp, bytes 99999") && !html.contains("started by"));
    }
}
