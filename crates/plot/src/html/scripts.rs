//! The scripts of a page, each with the hash that lets it run.

use std::sync::LazyLock;

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

pub(crate) struct Scripts {
    pub(crate) plotly: String,
    pub(crate) plotly_hash: String,
    pub(crate) page: &'static str,
    pub(crate) page_hash: String,
}

/// Our own, in the order of use; they share one scope.
const PAGE: &str = concat!(
    include_str!("look.js"),
    include_str!("grid.js"),
    include_str!("axes.js"),
    include_str!("traces.js"),
    include_str!("labels.js"),
    include_str!("legend.js"),
    include_str!("save.js"),
    include_str!("picture.js"),
    include_str!("page.js"),
);

impl Scripts {
    pub(crate) fn new(plotly: String, page: &'static str) -> Self {
        Self { plotly_hash: hash(&plotly), plotly, page, page_hash: hash(page) }
    }
}

/// Made once: millions of bytes are hashed.
pub(crate) fn all() -> &'static Scripts {
    static ALL: LazyLock<Scripts> = LazyLock::new(|| Scripts::new(plotly(), PAGE));
    &ALL
}

fn hash(script: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(script))
}

/// The script of plotly.js without that of `MathJax`, which comes after it.
fn plotly() -> String {
    let sources = plotly::Plot::offline_js_sources();
    let script = sources.split_once("<script type=\"text/javascript\">");
    let script = script.and_then(|(_, rest)| rest.split_once("</script>"));
    script.map_or("", |(script, _)| script).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_whole_and_a_parser_takes_them_as_they_are() {
        let scripts = all();
        assert!(scripts.plotly.contains("* plotly.js v3."), "{:.200}", scripts.plotly);
        assert!(scripts.plotly.len() > 4_000_000 && scripts.plotly.trim_end().ends_with(';'));
        assert!(!scripts.plotly.contains("MathJax = "));
        for script in [scripts.plotly.as_str(), scripts.page] {
            let lower = script.to_ascii_lowercase();
            // A parser of HTML would change these, and the hash with them.
            assert!(!lower.contains("</script") && !lower.contains("<!--"));
            assert!(!lower.contains(['\r', '\0']));
        }
    }

    #[test]
    fn own_script_makes_no_markup_and_no_code_of_text() {
        for way in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("]
        {
            assert!(!PAGE.contains(way), "{way}");
        }
        for way in ["hovertemplate", "texttemplate", "fetch(", "XMLHttpRequest", "import(", "http"]
        {
            assert!(!PAGE.replace("http://www.w3.org/2000/svg", "").contains(way), "{way}");
        }
        assert!(PAGE.starts_with("'use strict';"));
    }

    #[test]
    fn hash_is_that_of_the_standard() {
        // The example of "Content Security Policy Level 3", section 8.4.
        assert_eq!(hash("doSomething();"), "RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc=");
    }
}
