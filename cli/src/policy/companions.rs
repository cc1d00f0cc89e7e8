//! `parapet policy companions`: writes the policies of an organization that keep others off what Parapet consists of.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use parapet_guards::companions::{Companions, Whose, is_deployment_role};
use serde_json::json;

use super::Failure;
use super::options::account;
use crate::Trouble;
use crate::standard::Given;

/// What `companions` knows.
#[derive(Debug, Args)]
pub struct CompanionsOptions {
    /// The standard whose names are protected, `-` for standard input
    #[arg(long, value_name = "FILE", default_value = "built-in")]
    standard: String,
    /// Who may change what is protected, besides Parapet's own functions [default: the role parapet-deployment]
    #[arg(long, value_name = "ARN", value_parser = role)]
    deployment_role: Option<String>,
    /// The account to write them for [default: each that they are attached to]
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<String>,
    /// Write scp.json and rcp.json into this directory instead of both to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(options: &CompanionsOptions, out: &mut impl Write) -> Result<(), Failure> {
    let whose = Whose { account: options.account.clone(), deployment_role: options.deployment_role.clone() };
    let standard = Given::read(&options.standard).and_then(|given| given.standard(&whose.home()));
    let standard = standard.map_err(|unusable| Failure::Input(unusable.trouble()))?;
    let companions = Companions::of(&standard, &whose);
    let Some(folder) = &options.out else {
        let Companions { scp, rcp } = companions;
        writeln!(out, "{}", serde_json::to_string_pretty(&json!({"scp": scp, "rcp": rcp})).map_err(io::Error::from)?)?;
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|error| unwritable(&error, folder))?;
    for (name, policy) in [("scp.json", &companions.scp), ("rcp.json", &companions.rcp)] {
        let (path, text) = (folder.join(name), Companions::text(policy));
        fs::write(&path, &text).map_err(|error| unwritable(&error, &path))?;
        writeln!(out, "{}: {} characters", path.display(), text.chars().count())?;
    }
    Ok(())
}

fn unwritable(error: &io::Error, path: &std::path::Path) -> Failure {
    let what = format!("`{}` cannot be written", path.display());
    Failure::Input(Trouble::new(error.to_string()).during(what))
}

/// A pattern in its name would let in whoever may make a role.
fn role(text: &str) -> Result<String, String> {
    let expected = "expected the ARN of one role, such as `arn:aws:iam::123456789012:role/deployer`";
    if is_deployment_role(text) { Ok(text.to_owned()) } else { Err(expected.to_owned()) }
}
