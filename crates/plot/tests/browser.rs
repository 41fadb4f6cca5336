//! Pages in a real browser: what is drawn, what can be done, and that nothing else happens.
//!
//! The browser is the one that `ODDSIFT_BROWSER` names, or `chromium` or `google-chrome`; without any
//! there is nothing to test with. `ODDSIFT_PAGES` names a folder for the pages and their pictures, to
//! look at.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped test is said")]

mod chromium;
mod pages;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use chromium::{Browser, Tab};
use oddsift_plot::{DistancePlot, Entry, Figure, Labels, Page};
use serde_json::{Value, json};
use tempfile::TempDir;

const WIDE: (u32, u32) = (900, 1000);
const PHONE: (u32, u32) = (375, 800);

/// A browser and a folder for its pages.
struct Stage {
    browser: Browser,
    folder: PathBuf,
    _folder: TempDir,
}

impl Stage {
    fn new() -> Option<Self> {
        let Some(program) = chromium::find() else {
            println!("skipped: neither ODDSIFT_BROWSER, chromium nor google-chrome is there");
            return None;
        };
        let own = tempfile::tempdir().unwrap();
        let folder =
            env::var_os("ODDSIFT_PAGES").map_or_else(|| own.path().to_owned(), PathBuf::from);
        Some(Self { browser: Browser::start(&program), folder, _folder: own })
    }

    fn write(&self, name: &str, page: &Page) -> PathBuf {
        let file = self.folder.join(format!("{name}.html"));
        fs::write(&file, page.to_html()).unwrap();
        file
    }

    /// Opens a figure's page, wide; with it goes what `check` does.
    fn with(&mut self, name: &str, figure: Figure, check: impl FnOnce(&mut Tab<'_>)) {
        let file = self.write(name, &Page::new(name).figure(figure));
        let mut tab = self.browser.open(&file, WIDE);
        check(&mut tab);
        assert_quiet(&mut tab);
        drop(tab);
        self.check_looks(name, &file);
    }

    /// Light, dark and on a phone; the same marks everywhere and nothing wider than the screen.
    fn check_looks(&mut self, name: &str, file: &Path) {
        let mut tab = self.browser.open(file, WIDE);
        let (marks, light) = (tab.count(MARKS), background(&mut tab));
        self::save(&mut tab, &self.folder, &format!("{name}-light"));
        tab.prefer("dark");
        tab.wait(&format!("({BACKGROUND}) !== {light} && ({BACKGROUND}) === ({PLOT_BACKGROUND})"));
        assert_eq!(tab.count(MARKS), marks);
        save(&mut tab, &self.folder, &format!("{name}-dark"));
        tab.prefer("light");
        tab.resize(PHONE.0, PHONE.1);
        tab.wait("[...document.querySelectorAll('.plot')].every((it) => it.layout.width < 375)");
        assert_eq!(tab.eval("document.scrollingElement.scrollWidth"), 375);
        assert_eq!(tab.count(MARKS), marks);
        assert_eq!(tab.eval(SMALLEST_FONT), 11);
        save(&mut tab, &self.folder, &format!("{name}-phone"));
        assert_quiet(&mut tab);
    }
}

/// Points in panels, not those in a range slider.
const MARKS: &str = ".cartesianlayer .scatterlayer .points path";
const BACKGROUND: &str = "getComputedStyle(document.body).backgroundColor";
const PLOT_BACKGROUND: &str =
    "getComputedStyle(document.querySelector('.plot .main-svg')).backgroundColor";
const SMALLEST_FONT: &str = "Math.min(...[...document.querySelectorAll('.plot text')].map((it) => parseFloat(getComputedStyle(it).fontSize)))";

fn background(tab: &mut Tab<'_>) -> Value {
    tab.eval(BACKGROUND)
}

fn assert_quiet(tab: &mut Tab<'_>) {
    assert_eq!(tab.complaints(), Vec::<String>::new());
    assert_eq!(tab.count("img, main script, iframe, object, embed, a[href]:not(.modebar-btn, h3 > a[href^='#finding-'])"), 0);
}

fn save(tab: &mut Tab<'_>, folder: &Path, name: &str) {
    if env::var_os("ODDSIFT_PAGES").is_some() {
        fs::write(
            folder.join(format!("{name}.png")),
            BASE64_STANDARD.decode(tab.screenshot()).unwrap(),
        )
        .unwrap();
    }
}

/// The middle of an element, seen or scrolled to.
fn middle(tab: &mut Tab<'_>, element: &str) -> (f64, f64) {
    let place = format!(
        "(() => {{ const it = {element}; it.scrollIntoView({{ block: 'center' }}); \
         const box = it.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
    );
    let place = tab.eval(&place);
    (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
}

/// The mark of the point whose hover text has this in it.
fn mark(tab: &mut Tab<'_>, text: &str) -> (f64, f64) {
    let find = format!(
        "[...document.querySelectorAll('{MARKS}')].find((it) => it.__data__.htx?.includes({}))",
        json!(text)
    );
    middle(tab, &find)
}

fn range(tab: &mut Tab<'_>, axis: &str) -> Value {
    tab.eval(&format!("document.querySelector('.plot').layout.{axis}.range"))
}

/// The lines of the label that is shown, as soon as its first is this one.
fn hover_text(tab: &mut Tab<'_>, first: &str) -> Vec<String> {
    let lines = "[...document.querySelectorAll('.hoverlayer .hovertext .nums .line')].map((it) => it.textContent)";
    tab.wait(&format!("{lines}[0] === {}", json!(first)));
    let lines = tab.eval(lines);
    lines.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

/// What an expression over the page's first figure is.
fn data(tab: &mut Tab<'_>, expression: &str) -> Value {
    tab.eval(&format!(
        "((DATA) => {expression})(JSON.parse(document.getElementById('data').textContent)[0])"
    ))
}

/// Chooses from the list that has this label.
fn choose(tab: &mut Tab<'_>, label: &str, nth: usize) {
    tab.eval(&format!(
        "(() => {{ const label = [...document.querySelectorAll('.choices label')].find((it) => it.firstChild.textContent === {}); \
         const list = label.querySelector('select'); list.selectedIndex = {nth}; list.dispatchEvent(new Event('change')); }})()",
        json!(label)
    ));
}

#[test]
fn clusters_tell_of_themselves_and_list_their_rows() {
    let Some(mut stage) = Stage::new() else { return };
    stage.with("clusters", pages::clusters(3000), |tab| {
        let all = "DATA.clouds.reduce((sum, cloud) => sum + cloud.texts.length, 0)";
        let all = data(tab, all);
        assert_eq!(json!(tab.count(MARKS)), all);
        check_hover(tab);
        check_rows(tab);
        check_zoom(tab);
        check_views(tab);
        check_legend(tab);
        check_file(tab);
        assert_eq!(json!(tab.count(MARKS)), all);
    });
}

/// What a point says is shown as it is, markup included.
fn check_hover(tab: &mut Tab<'_>) {
    let at = mark(tab, "&lt;img");
    tab.hover(at);
    assert_eq!(hover_text(tab, pages::HOSTILE)[1], "noise, 1 row");
    assert_eq!(tab.count(".hoverlayer .hovertext"), 1);
}

fn check_rows(tab: &mut Tab<'_>) {
    let rows = data(tab, "DATA.details[0].rows.length").as_u64().unwrap();
    assert!(rows > 1);
    let at = mark(tab, "cluster 0: ");
    tab.click(at);
    tab.wait("document.querySelector('.detail table') !== null");
    assert_eq!(tab.count(".detail tbody tr"), rows);
    assert_eq!(
        tab.eval("document.querySelector('.detail caption').textContent"),
        data(tab, "DATA.details[0].title")
    );
    assert_eq!(
        tab.count(".detail th[scope=col]"),
        data(tab, "DATA.details[0].header.length").as_u64().unwrap()
    );
    tab.key("Escape");
    tab.wait("document.querySelector('.detail').hidden && document.querySelector('.detail table') === null");
    choose(tab, "Rows of", 2);
    assert_eq!(
        tab.eval("document.querySelector('.detail caption').textContent"),
        data(tab, "DATA.details[1].title")
    );
    tab.eval("document.querySelector('.detail button').click()");
    assert_eq!(tab.count(".detail table"), 0);
}

/// On a linear and a logarithmic axis.
fn check_zoom(tab: &mut Tab<'_>) {
    let before = (range(tab, "xaxis"), range(tab, "yaxis"));
    let words = tab.count(".annotation");
    let (x, y) = middle(tab, "document.querySelector('.plot .nsewdrag')");
    tab.drag((x - 100.0, y - 100.0), (x + 100.0, y + 100.0));
    tab.wait("document.querySelector('.plot').layout.yaxis.tickvals.length > 0");
    let after = (range(tab, "xaxis"), range(tab, "yaxis"));
    for (before, after) in [(&before.0, &after.0), (&before.1, &after.1)] {
        assert!(
            after[0].as_f64() > before[0].as_f64() && after[1].as_f64() < before[1].as_f64(),
            "{before} {after}"
        );
    }
    tab.double_click((x, y));
    tab.wait(&format!(
        "JSON.stringify(document.querySelector('.plot').layout.xaxis.range) === '{}'",
        before.0
    ));
    assert_eq!((range(tab, "xaxis"), range(tab, "yaxis")), before);
    assert_eq!(tab.count(".annotation"), words);
}

fn check_views(tab: &mut Tab<'_>) {
    let title = "document.querySelector('.plot .xtitle').textContent";
    let before = tab.eval(title);
    choose(tab, "Axes", 2);
    tab.wait(&format!("{title} !== {before}"));
    assert!(tab.eval(title).as_str().unwrap().contains("commandlineTokensFull"));
    choose(tab, "Axes", 0);
    tab.wait(&format!("{title} === {before}"));
}

fn check_legend(tab: &mut Tab<'_>) {
    let all = tab.count(MARKS);
    let toggle = "[...document.querySelectorAll('.legend button')].find((it) => it.textContent === 'noise').click()";
    tab.eval(toggle);
    let noise =
        data(tab, "DATA.clouds.find((it) => it.name === 'noise').texts.length").as_u64().unwrap();
    assert_eq!(tab.count(MARKS), all - noise);
    assert_eq!(tab.count(".legend button[aria-pressed=false]"), 1);
    tab.eval(toggle);
    assert_eq!(tab.count(MARKS), all);
}

/// A picture saved as SVG says what the page says, entities and all.
fn check_file(tab: &mut Tab<'_>) {
    let svg = tab.eval(
        "(async () => { const { data, layout, width, height } = pictureToSave(pictures[0]); \
         const url = await Plotly.toImage({ data, layout }, { format: 'svg', width, height }); \
         const svg = new DOMParser().parseFromString(decodeURIComponent(url.split(',').slice(1).join(',')), 'image/svg+xml'); \
         return [svg.querySelectorAll('parsererror, img, script, a').length, [...svg.querySelectorAll('text')].map((it) => it.textContent)]; })()",
    );
    assert_eq!(svg[0], 0);
    let texts: Vec<&str> = svg[1].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let start = pages::HOSTILE.get(..30).unwrap();
    assert!(texts.iter().any(|text| text.starts_with(start)), "{texts:?}");
    assert!(texts.contains(&"noise"), "{texts:?}");
}

#[test]
fn outliers_stand_out_of_their_surfaces() {
    let Some(mut stage) = Stage::new() else { return };
    stage.with("outliers", pages::outliers(3), |tab| {
        // Filled levels and a border in each of three panels, and as many points.
        assert_eq!(tab.count(".contourlayer .contour"), 6);
        let points = data(tab, "DATA.clouds.reduce((sum, cloud) => sum + cloud.columns[0].length, 0)").as_u64().unwrap();
        assert_eq!(json!(tab.count(MARKS)), json!(3 * points));
        let at = mark(tab, "&lt;img");
        tab.hover(at);
        hover_text(tab, pages::HOSTILE);
        // The strongest come last, and so lie over the others.
        let last = "[...document.querySelectorAll('.cartesianlayer .scatterlayer')].every((it) => it.lastElementChild.querySelectorAll('path.point').length === 14)";
        assert_eq!(tab.eval(last), true);
    });
    stage.with("outliers-of-two", pages::outliers(2), |tab| {
        assert_eq!(tab.count(".contourlayer .contour"), 2);
    });
    stage.with("outliers-of-one", pages::outliers(1), |tab| {
        assert_eq!(tab.count(".contourlayer .contour"), 0);
    });
}

#[test]
fn panels_of_a_series_are_zoomed_together_in_utc() {
    let Some(mut stage) = Stage::new() else { return };
    stage.with("series", pages::series(1), |tab| {
        // Where the fifth of March begins, to the pixel.
        let off = tab.eval(
            "(() => { const { plot, grid } = pictures[0]; \
             const tick = [...document.querySelectorAll('.x3tick text')].find((it) => it.textContent === 'Mar 5'); \
             const box = tick.getBoundingClientRect(); \
             return box.x + box.width / 2 - plot.getBoundingClientRect().x - placeX(grid.cells[2], Date.UTC(2024, 2, 5)); })()",
        );
        assert!(off.as_f64().unwrap().abs() < 1.0, "{off}");
        assert_eq!(tab.eval("document.querySelector('.x3title').textContent"), "time (UTC)");
        let at = tab.eval(
            "(() => { const { plot, grid } = pictures[0]; \
             const line = grid.cells[0].panel.layers.find((it) => it.name === 'observed'); \
             const box = plot.getBoundingClientRect(); \
             return [box.x + placeX(grid.cells[0], line.x[20]), box.y + placeY(grid.cells[0], line.y[20])]; })()",
        );
        tab.hover((at[0].as_f64().unwrap(), at[1].as_f64().unwrap()));
        tab.wait("document.querySelector('.hoverlayer').textContent.includes('2024-03-01 20:00:00 UTC')");

        let (x, y) = middle(tab, "document.querySelector('.plot .nsewdrag')");
        let whole = range(tab, "xaxis");
        tab.drag((x - 100.0, y), (x + 50.0, y));
        tab.wait(&format!("document.querySelector('.plot').layout.xaxis3.range[0] !== {}", whole[0]));
        assert_eq!((range(tab, "xaxis"), range(tab, "xaxis2")), (range(tab, "xaxis3"), range(tab, "xaxis3")));
        let part = range(tab, "xaxis");
        let read = tab.eval("pictures[0].grid.cells[0].x.shown[0] - Date.parse(document.querySelector('.plot').layout.xaxis.range[0].replace(' ', 'T').slice(0, 23) + 'Z')");
        assert!(read.as_f64().unwrap().abs() < 10.0, "{read}");

        let (x, y) = middle(tab, "document.querySelector('.rangeslider-slidebox')");
        tab.drag((x, y), (x + 60.0, y));
        tab.wait(&format!("JSON.stringify(document.querySelector('.plot').layout.xaxis.range) !== {}", json!(part.to_string())));
        assert_eq!(range(tab, "xaxis"), range(tab, "xaxis3"));
        tab.eval("[...document.querySelectorAll('.buttons button')].find((it) => it.textContent === 'Reset').click()");
        assert_eq!(range(tab, "xaxis"), whole);

        // On paper it is light and fits.
        tab.prefer("dark");
        tab.wait(&format!("({PLOT_BACKGROUND}) !== 'rgb(255, 255, 255)'"));
        tab.eval("dispatchEvent(new Event('beforeprint'))");
        assert_eq!(tab.eval("document.querySelector('.plot').layout.width"), 680);
        assert_eq!(tab.eval(PLOT_BACKGROUND), "rgb(255, 255, 255)");
        tab.eval("dispatchEvent(new Event('afterprint'))");
        assert_ne!(tab.eval(PLOT_BACKGROUND), "rgb(255, 255, 255)");
    });
}

#[test]
fn series_stand_side_by_side_or_alone() {
    let Some(mut stage) = Stage::new() else { return };
    stage.with("series-of-eight", pages::series(8), |tab| {
        assert_eq!((tab.count(".plot .nsewdrag"), tab.count(".rangeslider-container")), (8, 0));
        assert_eq!(tab.eval("[...document.querySelectorAll('.annotation')].filter((it) => it.textContent.startsWith('host-')).length"), 8);
        choose(tab, "Series", 1);
        tab.wait("document.querySelectorAll('.plot .nsewdrag').length === 4");
        assert_eq!(tab.count(".rangeslider-container"), 1);
    });
}

#[test]
fn odd_events_stand_on_their_timeline() {
    let Some(mut stage) = Stage::new() else { return };
    stage.with("timeline", pages::timeline(), |tab| {
        assert_eq!(tab.count(".rangeslider-container"), 1);
        let at = mark(tab, "&lt;img");
        tab.hover(at);
        hover_text(tab, pages::HOSTILE);
    });
}

#[test]
fn the_first_and_the_last_year_are_where_they_belong() {
    let Some(mut stage) = Stage::new() else { return };
    for (name, years) in
        [("year-1", &[1][..]), ("year-9999", &[9999]), ("all-years", &[1, 2024, 9999])]
    {
        stage.with(name, pages::years(years), |tab| {
            // Of each mark where its year is, and where the axis that the browser draws begins and ends.
            for year in years {
                let mark = mark(tab, &format!("in {year}<br>"));
                let shares = tab.eval(&format!(
                    "(() => {{ const box = document.querySelector('.plot .nsewdrag').getBoundingClientRect(); \
                     const {{ xaxis }} = document.querySelector('.plot')._fullLayout; \
                     const [from, to] = xaxis.range.map(xaxis.r2l); \
                     const time = Date.parse({}); \
                     return [({} - box.x) / box.width, (time - from) / (to - from)]; }})()",
                    json!(pages::in_year(*year)),
                    mark.0
                ));
                let [at, expected] = [&shares[0], &shares[1]].map(|share| share.as_f64().unwrap());
                assert!((0.0..=1.0).contains(&at), "{year}: {at}");
                assert!((at - expected).abs() < 0.01, "{year}: {at} {expected}");
            }
            let ticks = tab.eval("[...document.querySelectorAll('.xtick text')].map((it) => it.textContent)");
            assert!(ticks.as_array().unwrap().len() > 1, "{ticks}");
        });
    }
}

#[test]
fn figure_of_nothing_says_so() {
    let Some(mut stage) = Stage::new() else { return };
    let page = Page::new("nothing").figure(pages::series(0)).figure(pages::distances());
    let file = stage.write("nothing", &page);
    let mut tab = stage.browser.open(&file, WIDE);
    assert_eq!(
        tab.eval("document.querySelector('#figure-0 h2').textContent"),
        "0 anomalies in 0 points of 0 series"
    );
    assert_eq!(
        tab.eval("document.querySelector('#figure-0').lastElementChild.textContent"),
        "Nothing to draw."
    );
    // What follows is drawn in its own place.
    assert_eq!((tab.count("#figure-0 .plot"), tab.count("#figure-1 .plot")), (0, 1));
    tab.prefer("dark");
    tab.resize(PHONE.0, PHONE.1);
    tab.wait("[...document.querySelectorAll('.plot')].every((it) => it.layout.width < 375)");
    save(&mut tab, &stage.folder, "nothing-dark");
    assert_quiet(&mut tab);
}

#[test]
fn distances_have_their_rules() {
    let Some(mut stage) = Stage::new() else { return };
    stage.with("distances", pages::distances(), |tab| {
        let rules = data(tab, "DATA.views[0].panels[0].layers.filter((it) => it.kind === 'rule')");
        assert_eq!(json!(tab.count(".shapelayer path")), json!(rules.as_array().unwrap().len()));
        assert_eq!(tab.count(".scatterlayer .lines path"), 1);
        for rule in rules.as_array().unwrap().iter().map(|rule| &rule["text"]) {
            let is_there = format!("[...document.querySelectorAll('.annotation')].some((it) => it.textContent === {rule})");
            assert_eq!(tab.eval(&is_there), true, "{rule}");
        }
    });
}

#[test]
fn report_is_read_light_dark_and_on_a_phone() {
    let Some(mut stage) = Stage::new() else { return };
    let file = stage.write("report", &pages::report());
    stage.check_looks("report", &file);
    let mut tab = stage.browser.open(&file, WIDE);
    assert_eq!((tab.count("table"), tab.count("tbody tr"), tab.count("th[scope=col]")), (2, 63, 7));
    assert_eq!((tab.count(".plot[role=img][aria-label]"), tab.count("dl dt")), (2, 6));
    assert_eq!(
        tab.eval(&format!(
            "[...document.querySelectorAll('td')].some((it) => it.textContent === {})",
            json!(pages::HOSTILE)
        )),
        true
    );
    check_findings(&mut tab);
    for (text, is_dark) in [("Theme: light", false), ("Theme: dark", true), ("Theme: auto", false)]
    {
        tab.eval("document.getElementById('theme').click()");
        assert_eq!(tab.eval("document.getElementById('theme').textContent"), text);
        assert_eq!(background(&mut tab) != "rgb(255, 255, 255)", is_dark);
        assert_eq!(tab.eval(PLOT_BACKGROUND), background(&mut tab));
    }
    assert_quiet(&mut tab);
}

/// Each is found by its anchor, and a long line is seen in whole on demand.
fn check_findings(tab: &mut Tab<'_>) {
    assert_eq!((tab.count(".finding"), tab.count(".finding ol > li")), (2, 3));
    let at = middle(tab, "document.querySelectorAll('.finding h3 a')[1]");
    tab.click(at);
    tab.wait("document.querySelector('.finding:target')?.id === 'finding-2'");
    let height = "document.querySelector('.finding .text').offsetHeight";
    let before = tab.eval(height).as_f64();
    tab.eval("document.querySelector('.finding summary').click()");
    assert!(tab.eval(height).as_f64() > before);
    tab.eval("document.querySelector('.finding summary').click()");
}

#[test]
fn hostile_text_is_text_in_every_place() {
    let Some(mut stage) = Stage::new() else { return };
    let hostile = Some(pages::HOSTILE);
    let curve = [(0.1, 90.0), (0.2, 8.0), (3.0, 2.0)];
    let plot =
        DistancePlot::of_curve(&curve).labels(Labels { title: hostile, x: hostile, y: hostile });
    let text = || pages::HOSTILE.to_owned();
    let entry = Entry { mark: text(), text: text(), about: text(), notes: vec![(text(), text())] };
    let page = Page::new(pages::HOSTILE)
        .facts(&[(pages::HOSTILE, pages::HOSTILE)])
        .heading(pages::HOSTILE)
        .paragraph(pages::HOSTILE)
        .table(pages::HOSTILE, &[pages::HOSTILE], &[], &[[pages::HOSTILE]])
        .finding(pages::HOSTILE, pages::HOSTILE, &[entry])
        .figure(plot.figure());
    let file = stage.write("hostile", &page);
    let mut tab = stage.browser.open(&file, WIDE);
    assert_eq!(tab.eval("document.title"), pages::HOSTILE);
    for place in [
        "h1",
        "dt",
        "dd",
        "h2",
        "main > p",
        "caption",
        "th",
        "td",
        ".finding h3",
        ".finding > p",
        ".finding .text",
        ".finding li p",
        ".finding li > .number",
        ".finding ul .number",
        ".finding ul span + span",
        ".plot .xtitle",
        ".plot .ytitle",
    ] {
        let text = tab.eval(&format!("document.querySelector('{place}').textContent"));
        assert_eq!(text, pages::HOSTILE, "{place}");
    }
    assert_quiet(&mut tab);
}
