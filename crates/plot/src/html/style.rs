//! The style sheet.

/// Dark colours stand once, for who prefers them and for who chooses them. Paper is always light.
pub(crate) fn sheet() -> String {
    let dark = include_str!("dark.css");
    format!(
        "{}@media screen and (prefers-color-scheme: dark) {{\n:root:not([data-theme=light]) {{\n{dark}}}\n}}\n\
         @media screen {{\n:root[data-theme=dark] {{\n{dark}}}\n}}\n",
        include_str!("page.css"),
    )
}
