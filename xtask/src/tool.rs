//! The tool, built.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::ci::{cargo, run_for_output};

/// The package that holds the tool.
pub(crate) const PACKAGE: &str = "oddsift-cli";
const NAME: &str = "oddsift";

/// Builds the tool; gives its path, which settings of cargo may move.
pub(crate) fn build_tool(arguments: &[&str]) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--package", PACKAGE, "--message-format=json-render-diagnostics"]);
    let messages = run_for_output(command.args(arguments))?;
    executable(&messages)
}

/// The tool that `ODDSIFT_BIN` names, which the tests have built, else one that is built for it: alone it has other
/// features of its dependencies, so all of them are built again.
pub(crate) fn tested_tool() -> Result<PathBuf> {
    match std::env::var_os("ODDSIFT_BIN") {
        Some(tool) => Ok(tool.into()),
        None => build_tool(&[]),
    }
}

/// The path of the tool among the messages of cargo.
fn executable(messages: &[u8]) -> Result<PathBuf> {
    for message in Message::parse_stream(messages) {
        let message = message.context("cannot read the messages of cargo")?;
        if let Message::CompilerArtifact(artifact) = message
            && artifact.target.name == NAME
            && let Some(path) = artifact.executable
        {
            return Ok(path.into_std_path_buf());
        }
    }
    bail!("cargo built no {NAME}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tool_is_where_cargo_says() {
        let artifact = |name: &str, kind: &str, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"p","manifest_path":"/m","target":{{"kind":["{kind}"],"crate_types":["{kind}"],"name":"{name}","src_path":"/s"}},"profile":{{"opt_level":"3","debug_assertions":false,"overflow_checks":false,"test":false}},"features":[],"filenames":[],"executable":{executable},"fresh":true}}"#
            )
        };
        let library = artifact("oddsift", "lib", "null");
        let script = artifact("build-script-build", "custom-build", r#""/t/build""#);
        let tool =
            artifact("oddsift", "bin", r#""/t/riscv64gc-unknown-linux-gnu/release/oddsift""#);
        let messages = [&library, &script, &tool].map(|line| format!("{line}\n")).concat();
        let found = executable(messages.as_bytes()).unwrap();
        assert_eq!(found, PathBuf::from("/t/riscv64gc-unknown-linux-gnu/release/oddsift"));
        assert!(executable(library.as_bytes()).is_err());
    }
}
