/// What a caller may name himself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Labels<'a> {
    pub(crate) title: Option<&'a str>,
    pub(crate) x: Option<&'a str>,
    pub(crate) y: Option<&'a str>,
}

/// A feature's name with its unit, where it is known.
pub(crate) fn axis_label(feature: &str) -> String {
    let unit = match feature {
        "commandlineLen" | "processNameLen" => "characters",
        "commandlineTokensFull" | "processNameTokens" => "delimiters",
        "pathScore" | "commandlineScore" => "sum of character codes",
        "pathLogScore" | "commandlineLogScore" | "commandlineLogLen" => "natural logarithm",
        "isSystemSession" => "0 no, 1 yes",
        "pathHash" | "commandlineTokensHash" => "CRC-32",
        name => match name.rsplit_once('.') {
            Some((_, "len")) => "characters",
            Some((_, "delims")) => "delimiters",
            _ => return feature.to_owned(),
        },
    };
    format!("{feature} ({unit})")
}
