use crate::category::Category;
use crate::header::Header;
use crate::measure::{Measure, log_or_zero};
use crate::resolve::Resolver;
use crate::text::count_parts;
use crate::{
    Error, FeatureOptions, Field, ProcessFeature, Role, Roles, SessionRule, TextFeatures,
    TextParts, TextScanner, ValueError, ValueErrorKind, fills, number,
};
use std::collections::HashMap;

/// The plan from a row's columns to its feature vector.
///
/// A requested name is, in this order, a column of the file (taken as a
/// number), a [process feature](crate::ProcessFeature), or a text feature of a
/// column: `<Column>.len`, `.score`, `.tokens`, `.delims`, `.delimHash`,
/// `.crc32`. `program`, the path of the program that was started, and
/// `<Column>.value` are no numbers but [categories](Self::categories): rows
/// have them in common or not. With [`FeatureOptions::force`] features that can be computed come
/// before columns of their names. Without it the logarithms
/// `pathLogScore`, `commandlineLogLen` and `commandlineLogScore` are taken of
/// the column `pathScore`, `commandlineLen` or `commandlineScore` where the
/// file has it.
///
/// With the feature `serde` a recipe is stored with the names of its columns.
/// One read back is checked, and must be bound to a file by
/// [`rebind`](Self::rebind) before use.
///
/// ```
/// use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice, Scratch};
///
/// let columns = ["NewProcessName", "CommandLine", "Bytes"];
/// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
/// let wanted = ["pathScore", "CommandLine.tokens", "Bytes"];
/// let recipe = Recipe::resolve(&columns, &wanted, &roles, &FeatureOptions::default())?;
///
/// let row = [Some("/bin/ls"), Some("ls -la"), Some("1e3")];
/// let (mut scratch, mut out) = (Scratch::default(), [0.0; 3]);
/// recipe.evaluate(|column| row[column], &mut scratch, &mut out).unwrap();
/// assert_eq!(out, [630.0, 2.0, 1000.0]);
/// # Ok::<(), oddsift_features::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::saved::Saved", into = "crate::saved::Saved")
)]
pub struct Recipe {
    pub(crate) names: Vec<String>,
    pub(crate) steps: Vec<Step>, // one for each name
    pub(crate) categories: Vec<Category>,
    pub(crate) columns: Vec<Column>, // each column that a step needs, once
    pub(crate) scanner: TextScanner,
    pub(crate) path_separator: Option<String>,
    pub(crate) ord_scale: f64,
    pub(crate) session_rule: SessionRule,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    pub(crate) column: usize, // place in the recipe's columns
    pub(crate) measure: Measure,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    index: usize,       // place in the file
    others: Vec<usize>, // columns that are taken in turn where a row does not fill it
    role: Option<Role>, // the part that it plays, by which a model finds it in another layout
    parts: TextParts,
    steps: Vec<usize>, // places of the steps that need it
}

impl Column {
    /// The field of a row: that of the first column that it fills.
    #[inline]
    fn field<'a, F: Into<Field<'a>>>(&self, get: &impl Fn(usize) -> F) -> Field<'a> {
        let first = get(self.index).into();
        if self.others.is_empty() || is_filled(&first) {
            return first;
        }
        self.others.iter().map(|other| get(*other).into()).find(is_filled).unwrap_or(first)
    }
}

fn is_filled(field: &Field<'_>) -> bool {
    match field {
        Field::Missing => false,
        Field::Text(text) => fills(text),
        Field::Number(_) => true,
    }
}

/// Where a step takes its value from.
pub(crate) struct Source<'a> {
    pub(crate) column: &'a str,
    pub(crate) index: usize,
    pub(crate) others: &'a [usize],
    pub(crate) role: Option<Role>,
}

/// The role that a feature of processes takes its value from.
pub(crate) fn role_of(name: &str, measure: Measure) -> Option<Role> {
    if measure == Measure::Program {
        return Some(Role::Path);
    }
    let feature = ProcessFeature::from_name(name)?;
    (feature.measure() == Some(measure)).then(|| feature.role())
}

/// Room that [`Recipe::evaluate`] reuses from row to row.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    pub(crate) text: String, // that of a number where text is wanted
    pub(crate) category: String,
}

impl Recipe {
    /// Plans the features `requested` of a file with these `columns`.
    ///
    /// # Errors
    ///
    /// Those of [`FeatureOptions::check`]; [`Error::UnknownFeature`] for a name
    /// that is nothing known, [`Error::MissingColumn`] for a process feature
    /// without its source, [`Error::TextFeature`] for `processName`,
    /// [`Error::RepeatedColumn`] for a column that is there twice.
    ///
    /// ```
    /// use oddsift_features::{Error, FeatureOptions, Recipe, Roles, SchemaChoice};
    ///
    /// let columns = ["exe", "cmdline"];
    /// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let plan = |name: &str| {
    ///     Recipe::resolve(&columns, &[name], &roles, &FeatureOptions::default())
    /// };
    /// assert!(plan("pathScore").is_ok() && plan("cmdline.delims").is_ok());
    /// assert!(matches!(plan("isSystemSession"), Err(Error::MissingColumn { missing, .. }) if missing == "ses"));
    /// assert!(matches!(plan("pathScroe"), Err(Error::UnknownFeature { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn resolve<C: AsRef<str>, F: AsRef<str>>(
        columns: &[C],
        requested: &[F],
        roles: &Roles,
        options: &FeatureOptions,
    ) -> Result<Self, Error> {
        let resolver = Resolver { header: Header::new(columns), roles, force: options.force };
        let mut recipe = Self::without_features(options)?;
        let mut places = HashMap::new();
        for name in requested.iter().map(AsRef::as_ref) {
            let (index, measure) = resolver.resolve(name)?;
            let role = role_of(name, measure).filter(|role| roles.get(*role) == Some(index));
            // Roles come from the caller, and might be another file's.
            let column = columns.get(index).ok_or_else(|| Error::MissingColumn {
                feature: name.to_owned(),
                missing: format!("number {index}"),
                present: resolver.header.owned_names(),
            })?;
            let others = role.map_or(&[][..], |role| &roles.all(role)[1..]);
            let source = Source { column: column.as_ref(), index, others, role };
            recipe.push(name.to_owned(), &source, measure, &mut places);
        }
        Ok(recipe)
    }

    /// The same features of another file, found by the names of their columns, those of processes also by
    /// the roles of its columns: features of `NewProcessName` are taken of `Image` where that is the path.
    ///
    /// # Errors
    ///
    /// [`Error::MissingRole`] or [`Error::MissingColumn`] for a column that the other file lacks,
    /// [`Error::RepeatedColumn`] for one that it has twice.
    ///
    /// ```
    /// use oddsift_features::{FeatureOptions, Recipe, Roles, Scratch};
    ///
    /// let monday = ["Bytes"];
    /// let recipe = Recipe::resolve(&monday, &monday, &Roles::default(), &FeatureOptions::default())?;
    /// let tuesday = ["Host", "Bytes"];
    /// let (recipe, mut out) = (recipe.rebind(&tuesday, &Roles::default())?, [0.0]);
    /// let row = [Some("web01"), Some("512")];
    /// recipe.evaluate(|column| row[column], &mut Scratch::default(), &mut out).unwrap();
    /// assert_eq!(out, [512.0]);
    /// assert!(recipe.rebind(&["Host"], &Roles::default()).is_err());
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn rebind<S: AsRef<str>>(&self, columns: &[S], roles: &Roles) -> Result<Self, Error> {
        let header = Header::new(columns);
        let mut recipe = self.clone();
        for (place, column) in recipe.columns.iter_mut().enumerate() {
            let of_role = column.role.map_or(&[][..], |role| roles.all(role));
            let named = header.find(&column.name)?;
            let others = of_role.iter().copied().filter(|index| Some(*index) != named);
            let all: Vec<usize> = named.into_iter().chain(others).collect();
            let Some((&index, others)) = all.split_first() else {
                return Err(self.lacking(place, &header));
            };
            (column.index, column.others) = (index, others.to_vec());
        }
        Ok(recipe)
    }

    fn lacking(&self, place: usize, header: &Header<'_>) -> Error {
        let (feature, present) = (self.feature_of(place), header.owned_names());
        let column = self.columns.get(place);
        let missing = column.map(|column| column.name.clone()).unwrap_or_default();
        match column.and_then(|column| column.role) {
            Some(role) => Error::MissingRole { feature, role, missing, present },
            None => Error::MissingColumn { feature, missing, present },
        }
    }

    /// The columns by the names that they had where the features were planned, each with its place in this
    /// file.
    ///
    /// ```
    /// use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice};
    ///
    /// let of = |columns: &[&str]| Roles::resolve(columns, SchemaChoice::Auto, &[]);
    /// let (win, sysmon) = (["NewProcessName"], ["n", "Image"]);
    /// let recipe = Recipe::resolve(&win, &["pathScore"], &of(&win)?, &FeatureOptions::default())?;
    /// let recipe = recipe.rebind(&sysmon, &of(&sysmon)?)?;
    /// assert_eq!(recipe.places().collect::<Vec<_>>(), [("NewProcessName", 1)]);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn places(&self) -> impl Iterator<Item = (&str, usize)> {
        self.columns.iter().map(|column| (column.name.as_str(), column.index))
    }

    /// The columns of this file that are read, each with the role by which it was found, if any.
    ///
    /// ```
    /// use oddsift_features::{FeatureOptions, Recipe, Role, Roles, SchemaChoice};
    ///
    /// let columns = ["Image", "CommandLine", "n"];
    /// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let recipe = Recipe::resolve(&columns, &["n", "pathScore"], &roles, &FeatureOptions::default())?;
    /// let bound: Vec<_> = recipe.bound().collect();
    /// assert_eq!(bound, [(2, None), (0, Some(Role::Path))]);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn bound(&self) -> impl Iterator<Item = (usize, Option<Role>)> {
        self.columns.iter().flat_map(|column| {
            let all = std::iter::once(column.index).chain(column.others.iter().copied());
            all.map(|index| (index, column.role))
        })
    }

    /// The names of the features, in the order of the vector.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice};
    /// # let columns = ["pid", "exe", "cmdline"];
    /// # let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let wanted = ["pathScore", "pid"];
    /// let recipe = Recipe::resolve(&columns, &wanted, &roles, &FeatureOptions::default())?;
    /// assert_eq!(recipe.names(), ["pathScore", "pid"]);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The names of the categories, in the order in which they were asked for. They are no part of the
    /// vector; [`category`](Self::category) gives what a row has.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice};
    /// # let columns = ["pid", "exe", "cmdline"];
    /// # let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let wanted = ["program", "commandlineLen", "pid.value"];
    /// let recipe = Recipe::resolve(&columns, &wanted, &roles, &FeatureOptions::default())?;
    /// assert!(recipe.categories().eq(["program", "pid.value"]));
    /// assert_eq!(recipe.names(), ["commandlineLen"]);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn categories(&self) -> impl ExactSizeIterator<Item = &str> {
        self.categories.iter().map(|category| category.name.as_str())
    }

    /// What a row has of the category at `place`: its text, that of a program with the case of Windows
    /// folded ([`program_of`](crate::program_of)), and the empty text where it is missing. `None` past the
    /// last category.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice, Scratch};
    /// let columns = ["NewProcessName", "CommandLine"];
    /// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let recipe = Recipe::resolve(&columns, &["program"], &roles, &FeatureOptions::default())?;
    /// let row = [Some(r"C:\Windows\NOTEPAD.exe"), None];
    /// let mut scratch = Scratch::default();
    /// let program = recipe.category(0, |column| row[column], &mut scratch);
    /// assert_eq!(program, Some(r"c:\windows\notepad.exe"));
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn category<'a, 's, F: Into<Field<'a>>>(
        &self,
        place: usize,
        get: impl Fn(usize) -> F,
        scratch: &'s mut Scratch,
    ) -> Option<&'s str> {
        let category = self.categories.get(place)?;
        let column = self.columns.get(category.column)?;
        Some(category.text(column.field(&get), scratch))
    }

    /// Refuses categories, where only numbers can be taken.
    ///
    /// # Errors
    ///
    /// [`Error::Category`] for the first one.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice};
    /// let columns = ["exe", "cmdline"];
    /// let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let plan = |name| Recipe::resolve(&columns, &[name], &roles, &FeatureOptions::default());
    /// assert!(plan("pathScore")?.need_numbers().is_ok());
    /// assert!(plan("program")?.need_numbers().is_err());
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn need_numbers(&self) -> Result<(), Error> {
        match self.categories.first() {
            Some(category) => Err(Error::Category(category.name.clone())),
            None => Ok(()),
        }
    }

    /// The names of the columns that the features need, each once.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice};
    /// # let columns = ["pid", "exe", "cmdline"];
    /// # let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let wanted = ["pathScore", "pathHash", "pid"];
    /// let recipe = Recipe::resolve(&columns, &wanted, &roles, &FeatureOptions::default())?;
    /// assert!(recipe.columns().eq(["exe", "pid"]));
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Whether a feature splits paths and no separator is known yet.
    ///
    /// Then give the first ten texts of [`path_column`](Self::path_column) to
    /// [`guess_path_separator`](crate::guess_path_separator) and the result to
    /// [`set_path_separator`](Self::set_path_separator).
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice};
    /// # let columns = ["pid", "exe", "cmdline"];
    /// # let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let plan = |name: &str, options: &FeatureOptions| {
    ///     Recipe::resolve(&columns, &[name], &roles, options)
    /// };
    /// let options = FeatureOptions::default();
    /// assert!(plan("processNameTokens", &options)?.needs_path_separator());
    /// assert!(!plan("pathScore", &options)?.needs_path_separator()); // splits nothing
    /// let options = FeatureOptions { path_separator: Some("/".to_owned()), ..options };
    /// assert!(!plan("processNameTokens", &options)?.needs_path_separator());
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn needs_path_separator(&self) -> bool {
        self.path_separator.is_none() && self.path_column().is_some()
    }

    /// The place in the file of the column whose texts are split as paths, if
    /// a feature splits paths.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice};
    /// # let columns = ["pid", "exe", "cmdline"];
    /// # let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let wanted = ["processNameTokens"];
    /// let recipe = Recipe::resolve(&columns, &wanted, &roles, &FeatureOptions::default())?;
    /// assert_eq!(recipe.path_column(), Some(1)); // `exe`
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn path_column(&self) -> Option<usize> {
        let step = self.steps.iter().find(|step| step.measure == Measure::PathTokens)?;
        Some(self.columns[step.column].index)
    }

    /// The path separator given or set.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice};
    /// # let columns = ["pid", "exe", "cmdline"];
    /// # let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let recipe = Recipe::resolve(&columns, &["pathScore"], &roles, &FeatureOptions::default())?;
    /// assert_eq!(recipe.path_separator(), None);
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn path_separator(&self) -> Option<&str> {
        self.path_separator.as_deref()
    }

    /// What splits paths from now on; the empty text splits nothing.
    ///
    /// ```
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles, SchemaChoice, Scratch};
    /// # let columns = ["pid", "exe", "cmdline"];
    /// # let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[])?;
    /// let wanted = ["processNameTokens"];
    /// let mut recipe = Recipe::resolve(&columns, &wanted, &roles, &FeatureOptions::default())?;
    /// recipe.set_path_separator("/");
    /// let mut out = [0.0];
    /// recipe.evaluate(|_| Some("/usr/bin/id"), &mut Scratch::default(), &mut out).unwrap();
    /// assert_eq!(out, [4.0]); // the empty text before the first `/` is one
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn set_path_separator(&mut self, separator: impl Into<String>) {
        self.path_separator = Some(separator.into());
    }

    /// Computes the feature vector of a row into `out`, which is as long as
    /// [`names`](Self::names) (of a shorter one the first values are computed).
    ///
    /// `get` gives what is at a place in the file: a [`Field`], or the text as an
    /// `Option<&str>`. Missing text of a process
    /// or text feature is the empty text. Each text is scanned once, and
    /// nothing is allocated after the first row. Without a path separator `\`
    /// is taken.
    ///
    /// # Errors
    ///
    /// [`ValueError`] for the first feature that is no finite number; `out`
    /// then holds nothing of use.
    ///
    /// ```
    /// use oddsift_features::{FeatureOptions, Recipe, Roles, Scratch, ValueErrorKind};
    ///
    /// let columns = ["Port", "Bytes"];
    /// let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let (mut scratch, mut out) = (Scratch::default(), [0.0; 2]);
    /// let mut evaluate = |row: [&'static str; 2]| {
    ///     recipe.evaluate(|column| Some(row[column]), &mut scratch, &mut out).map(|()| out)
    /// };
    /// assert_eq!(evaluate(["443", "1.5e3"]), Ok([443.0, 1500.0]));
    /// let error = evaluate(["443", "many"]).unwrap_err();
    /// assert_eq!((error.column, error.kind), (1, ValueErrorKind::NotANumber));
    /// assert_eq!(error.to_string(), "column 1 is not a number");
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn evaluate<'a, F: Into<Field<'a>>>(
        &self,
        get: impl Fn(usize) -> F,
        scratch: &mut Scratch,
        out: &mut [f64],
    ) -> Result<(), ValueError> {
        let text = &mut scratch.text;
        let mut first_fault: Option<(usize, ValueError)> = None;
        // Each column is looked up once, whatever is made of it.
        for column in &self.columns {
            let field = column.field(&get);
            let found = match column.parts {
                TextParts::NONE => TextFeatures::default(),
                parts => self.scanner.scan_parts(field.text(text), parts),
            };
            for &place in &column.steps {
                match self.value(self.steps[place].measure, field, &found, text) {
                    Ok(value) => {
                        if let Some(slot) = out.get_mut(place) {
                            *slot = value;
                        }
                    }
                    // Of several faults that of the first step counts.
                    Err(kind) if first_fault.is_none_or(|(first, _)| place < first) => {
                        first_fault = Some((place, ValueError { column: column.index, kind }));
                    }
                    Err(_) => {}
                }
            }
        }
        first_fault.map_or(Ok(()), |(_, fault)| Err(fault))
    }

    fn value(
        &self,
        measure: Measure,
        field: Field<'_>,
        found: &TextFeatures,
        room: &mut String,
    ) -> Result<f64, ValueErrorKind> {
        let value = match measure {
            Measure::Number => return number::of_field(field),
            Measure::Log => log_or_zero(number::of_field(field)?),
            Measure::PathTokens => {
                let separator = self.path_separator.as_deref().unwrap_or("\\");
                count_parts(field.text(room), separator) as f64
            }
            Measure::SystemSession => {
                f64::from(u8::from(self.session_rule.is_system(Some(field.text(room)))))
            }
            of_text => of_text.of_text(found, self.ord_scale),
        };
        if value.is_finite() { Ok(value) } else { Err(ValueErrorKind::NotFinite) }
    }

    pub(crate) fn without_features(options: &FeatureOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(Self {
            names: Vec::new(),
            steps: Vec::new(),
            categories: Vec::new(),
            columns: Vec::new(),
            scanner: TextScanner::new(options.delimiters.clone(), &options.token_delimiter)?,
            path_separator: options.path_separator.clone(),
            ord_scale: options.ord_scale,
            session_rule: options.session_rule,
        })
    }

    /// `places` holds the place of each column by its name.
    pub(crate) fn push(
        &mut self,
        name: String,
        source: &Source<'_>,
        measure: Measure,
        places: &mut HashMap<String, usize>,
    ) {
        let place = *places.entry(source.column.to_owned()).or_insert_with(|| {
            self.columns.push(Column {
                name: source.column.to_owned(),
                index: source.index,
                others: Vec::new(),
                role: None,
                parts: TextParts::NONE,
                steps: Vec::new(),
            });
            self.columns.len() - 1
        });
        let column = &mut self.columns[place];
        column.parts = column.parts.and(measure.parts());
        if source.role.is_some() {
            (column.role, column.others) = (source.role, source.others.to_vec());
        }
        if measure.is_category() {
            self.categories.push(Category { name, column: place, measure });
            return;
        }
        column.steps.push(self.steps.len());
        self.names.push(name);
        self.steps.push(Step { column: place, measure });
    }

    fn feature_of(&self, place: usize) -> String {
        let of_steps = self.steps.iter().zip(&self.names).map(|(step, name)| (step.column, name));
        let categories = self.categories.iter().map(|category| (category.column, &category.name));
        let mut all = of_steps.chain(categories);
        all.find(|(column, _)| *column == place).map_or_else(String::new, |(_, name)| name.clone())
    }
}
