impl crate::Figure {
    /// stub
    pub fn to_svg(&self) -> String { String::new() }
    /// stub
    pub fn to_html(&self) -> String { serde_json::to_string_pretty(self).unwrap_or_default() }
}
