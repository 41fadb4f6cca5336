impl crate::Figure {
    /// stub
    pub fn to_html(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
/// stub
#[derive(Debug, Clone, Default)]
pub struct Page(String);
#[allow(missing_docs)]
impl Page {
    pub fn new(t: &str) -> Self {
        Self(t.into())
    }
    pub fn facts(mut self, f: &[(String, String)]) -> Self {
        self.0 += &format!("{f:#?}\n");
        self
    }
    pub fn heading(mut self, t: &str) -> Self {
        self.0 += &format!("# {t}\n");
        self
    }
    pub fn paragraph(mut self, t: &str) -> Self {
        self.0 += &format!("{t}\n");
        self
    }
    pub fn table(mut self, t: &str, h: &[String], n: &[bool], r: &[Vec<String>]) -> Self {
        self.0 += &format!("{t} {h:?} {n:?} {:#?}\n", &r[..3.min(r.len())]);
        self
    }
    pub fn figure(mut self, f: crate::Figure) -> Self {
        self.0 += &format!("FIG {} {}\n", f.title, f.facts);
        self
    }
    pub fn to_html(&self) -> String {
        self.0.clone()
    }
}
