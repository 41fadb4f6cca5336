//! `tidy`: the rules that no compiler knows. Each is a pure function in a module of its own.

mod arrows; // which crate may depend on which
mod examples; // running examples of the algorithm crates
mod fences; // code blocks of Markdown
mod leftovers; // marks of unfinished work
mod links; // links in Markdown files
mod manifests; // what the Cargo.toml files inherit
mod readmes; // README examples that run
mod tool; // what the tool may use

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Package};

use crate::workspace::{Workspace, is_publishable};

const HELP: &str = "\
Checks the rules that no compiler knows, and prints each breach with its place.

usage: cargo xtask tidy

  arrows      crates depend only on crates below them; the table is xtask/src/tidy/arrows.rs
  manifests   version, edition, rust-version, license and lints come from the workspace, as do all
              versions of dependencies; published crates have description, keywords, readme;
              their dev-dependencies on our own crates have a path and no version; the package for
              Python, which is outside the workspace, states the same version, edition and so on
  links       relative links in Markdown files lead to files
  readmes     the README of a library is its crate documentation, so that its examples run; it has the
              sections `Differences from msticpy` and `Features`, and the latter names every feature
  examples    features, dbscan, iforest, rarity, stl and timespan have at least as many examples that
              run, in doc comments and README, as public functions
  tool        the tool takes what it does with rows from the pipeline: no algorithm, array or loop over
              batches of its own
  leftovers   no marks of unfinished work in code and text
";

pub(crate) fn run(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        return crate::show(HELP);
    }
    if let [arg, ..] = args {
        bail!("`tidy` takes no argument, got `{arg}`");
    }
    let breaches = breaches(&Workspace::load()?)?;
    for breach in &breaches {
        eprintln!("{breach}");
    }
    match breaches.len() {
        0 => crate::show("tidy: all rules hold\n"),
        n => bail!("tidy found {n} breaches; `cargo xtask tidy --help` states the rules"),
    }
}

fn breaches(workspace: &Workspace) -> Result<Vec<String>> {
    let files = workspace.files()?;
    let mut breaches = arrows::check(&arrows_of(workspace), arrows::TABLE);
    breaches.extend(check_manifests(workspace)?);
    breaches.extend(check_readmes(workspace)?);
    breaches.extend(check_examples(workspace, &files)?);
    breaches.extend(check_tool(workspace, &files)?);
    breaches.extend(check_texts(workspace, &files)?);
    Ok(breaches)
}

fn arrows_of(workspace: &Workspace) -> Vec<arrows::Crate> {
    let is_ours = |name: &str| workspace.packages().iter().any(|package| *package.name == name);
    let arrows = |package: &Package, dev: bool| {
        let kind = |kind| (kind == DependencyKind::Development) == dev;
        let dependencies = package.dependencies.iter();
        let wanted = dependencies.filter(|it| kind(it.kind) && is_ours(&it.name));
        wanted.map(|dependency| dependency.name.clone()).collect()
    };
    let describe = |package: &Package| arrows::Crate {
        name: package.name.to_string(),
        published: is_publishable(package),
        uses: arrows(package, false),
        tests_use: arrows(package, true),
    };
    workspace.packages().iter().map(describe).collect()
}

fn check_manifests(workspace: &Workspace) -> Result<Vec<String>> {
    let root = manifests::parse(&workspace.read(Path::new("Cargo.toml"))?)?;
    let mut breaches = manifests::check_workspace(&root);
    let python = manifests::parse(&workspace.read(Path::new("python/Cargo.toml"))?)?;
    let outside = manifests::check_outside(&python, &root).into_iter();
    breaches.extend(outside.map(|breach| format!("python/Cargo.toml: {breach}")));
    for package in workspace.packages() {
        let path = package.manifest_path.as_std_path().strip_prefix(workspace.root())?;
        let manifest = manifests::parse(&workspace.read(path)?)
            .with_context(|| format!("cannot parse {}", path.display()))?;
        let found = manifests::check_member(&manifest, &root, is_publishable(package));
        breaches.extend(found.into_iter().map(|breach| format!("{}: {breach}", path.display())));
    }
    Ok(breaches)
}

fn check_readmes(workspace: &Workspace) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for package in workspace.packages().iter().filter(|package| is_publishable(package)) {
        let folder = folder_of(workspace, package)?;
        let is_library = package.targets.iter().any(cargo_metadata::Target::is_lib);
        let lib = is_library.then(|| workspace.read(&folder.join("src/lib.rs"))).transpose()?;
        let readme = workspace.read(&folder.join("README.md"))?;
        let features = package.features.keys().map(String::as_str);
        let features: Vec<&str> = features.filter(|name| *name != "default").collect();
        let found = readmes::check(lib.as_deref(), &readme, &features);
        breaches.extend(found.into_iter().map(|breach| format!("{}: {breach}", folder.display())));
    }
    Ok(breaches)
}

fn check_examples(workspace: &Workspace, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for name in examples::CRATES {
        let package = workspace.packages().iter().find(|package| *package.name == name);
        let package = package.with_context(|| format!("the rule `examples` names {name}"))?;
        let folder = folder_of(workspace, package)?;
        let readme = examples::of_markdown(&workspace.read(&folder.join("README.md"))?);
        let mut counts = examples::Counts { functions: 0, examples: readme };
        let is_source = |path: &&PathBuf| path.extension().is_some_and(|it| it == "rs");
        for path in
            files.iter().filter(|path| path.starts_with(folder.join("src"))).filter(is_source)
        {
            counts = counts + examples::of_source(&workspace.read(path)?);
        }
        breaches.extend(examples::check(name, counts));
    }
    Ok(breaches)
}

fn check_tool(workspace: &Workspace, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for path in files.iter().filter(|path| path.starts_with("crates/cli/src")) {
        breaches.extend(tool::check(&path.display().to_string(), &workspace.read(path)?));
    }
    Ok(breaches)
}

/// Where a package lies, from the root.
fn folder_of<'a>(workspace: &Workspace, package: &'a Package) -> Result<&'a Path> {
    let folder = package.manifest_path.as_std_path().parent().context("a manifest has a folder")?;
    Ok(folder.strip_prefix(workspace.root())?)
}

/// Files that are not text are no concern of these rules, nor are data that tests read.
fn check_texts(workspace: &Workspace, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for path in files {
        let is_markdown = path.extension().is_some_and(|extension| extension == "md");
        if path.starts_with("testdata") && !is_markdown {
            continue;
        }
        let bytes = std::fs::read(workspace.root().join(path))?;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let mut found = leftovers::check(&text);
        if is_markdown {
            let folder = workspace.root().join(path.parent().unwrap_or(Path::new("")));
            found.extend(links::check(&text, |target| folder.join(target).exists()));
        }
        breaches.extend(found.into_iter().map(|breach| format!("{}:{breach}", path.display())));
    }
    Ok(breaches)
}
