//! The documents against the code. `PARAPET_UPDATE=1` writes what is generated.

use std::env;
use std::fs;

use parapet_contract::{read, root};
use parapet_core::Mode;
use parapet_guards::companions::{Companions, Whose};
use parapet_guards::{Control, ControlId, Facet, GuardName, ResourceKind, Round, Standard};

const CATALOGUE: &str = "docs/controls.md";

fn catalogue() -> String {
    let mut text = String::from(
        "# Controls\n\nWritten from the facets in `shared/guards/src` by \
         `PARAPET_UPDATE=1 cargo test -p parapet-contract`.\n\n\
         The guard is who judges it. The mode is what `standard.yaml` leaves it at. The events are those after which the guard looks. \
         FSBP: AWS Foundational Security Best Practices. CIS: CIS AWS Foundations Benchmark 5.0.\n",
    );
    for &guard in GuardName::ALL {
        text += &format!(
            "\n## {guard}\n\n| Control | Severity | Mode | What it asks for | Why | Events | FSBP | CIS |\n|---|---|---|---|---|---|---|---|\n"
        );
        for control in ControlId::all().iter().filter(|control| control.owner() == Some(guard)) {
            let Control { id, title, severity, mode, rationale, fsbp, cis } = control.control();
            let mode = if *mode == Mode::Enforce { "enforce" } else { "observe" };
            let events: Vec<&str> = control.events().into_iter().map(|(_, name)| name).collect();
            text += &format!(
                "| {id} | {severity:?} | {mode} | {title} | {rationale} | {} | {} | {} |\n",
                events.join(", "),
                fsbp.join(", "),
                cis.join(", ")
            );
        }
    }
    text
}

#[test]
fn the_catalogue_is_written_down() {
    let expected = catalogue();
    if env::var_os("PARAPET_UPDATE").is_some() {
        fs::write(root().join(CATALOGUE), &expected).unwrap();
    }
    let found = read(CATALOGUE).unwrap_or_default();
    assert_eq!(found, expected, "{CATALOGUE} is old: run PARAPET_UPDATE=1 cargo test -p parapet-contract");
}

const CALLS: &str = "docs/calls.md";

fn calls() -> String {
    let mut text = String::from(
        "# Calls to AWS\n\nWritten from the rows of the facets in `shared/guards/src` by `PARAPET_UPDATE=1 cargo test -p parapet-contract`. \
         The end-to-end tests hold every answer of a guard to it.\n\n\
         An event looks at the facets that it leads to. A healthy one costs one look; a repair costs a look, its writes (one for most), and \
         a look. Evidence and memory go to the evidence bucket and are not counted: before the write of a repair one GET of what was there before and one PUT, \
         after it two PUTs and one LIST of the resource's own repairs; the second of these PUTs is what the sweep looks up, and what an event asked for that was there before takes it, too. A setting of what bootstrap made takes no GET. A facet that is remembered (what \
         the standard alone cannot bring back, what is judged by its change) takes one PUT more after it; where what is remembered ends, one GET more before that PUT, because what \
         was accepted meanwhile does not end. A process that finds no memory asks once, by a LIST, \
         whether the first version left any. How far the baseline goes, a process asks for by one GET until it is whole, where something gives access and nothing is remembered of it. What memory is sealed with, a process asks AWS KMS for once, \
         by one GenerateMac; of what bears no seal, once by one DescribeKey since when there are seals; which key is the pipeline's by its id, by one GET a minute. Where something is remembered of what bootstrap did not make, would count, and the \
         look did not tell whose it is (an inline policy, a managed one, a repository's, an attachment, a credential; a membership: two), its identity is asked \
         for: one call more. Whom a role trusts, what an inline policy or a managed one with holders says, and what a user's credentials are takes a GET of \
         what was there before though nothing is wrong; where somebody or something is new there, what the holder may is read, too: a look at all policies. \
         Where AWS ties a write to what another facet is, that is read before the write: for a policy or a list that \
         would still let everyone in, two public access blocks; for the first Object Lock, versioning; for access logging, the Object Lock of \
         the bucket that takes the logs. When a bucket was made is asked where something would only complete it, and whether it is this account's \
         where S3 denies it: one call more each. Of the grants of a key an event reads the one that it names. A function that has to tell whether \
         a key is the standard's asks AWS KMS once a minute: one call more. What was written and does not show yet is looked at up to four \
         times more. Where the alias of the pipeline's key is gone, every key of the account is asked whether it is ours. A standard in a bucket \
         is asked for once a minute; a function that starts asks for it, and for which version was good last; a new one is kept with one more.\n\n\
         | Facet | Guard | Healthy | Repair | Controls |\n|---|---|---|---|---|\n",
    );
    for &facet in Facet::ALL {
        let controls: Vec<&str> = facet.controls().iter().map(|control| control.as_str()).collect();
        let (healthy, repair) = match facet.row().calls_a_look {
            Some(look) => {
                let (repair, beside) = (2 * look + 1, facet.row().calls_beside);
                let most = if beside == 0 { String::new() } else { format!(" to {}", repair + beside) };
                (look.to_string(), format!("{repair}{most}"))
            }
            None => ("as many as there are".to_owned(), "twice that, and the writes".to_owned()),
        };
        text += &format!("| {facet} | {} | {healthy} | {repair} | {} |\n", facet.owner(), controls.join(", "));
    }
    text + &of_rounds()
}

/// What looking at everything comes to: buckets are what there are many of, and what AWS asks money for.
fn of_rounds() -> String {
    /// Amazon S3 pricing, us-east-1: "GET, SELECT, and all other requests", for each 1,000.
    const USD_A_THOUSAND: f64 = 0.0004;
    /// AWS Lambda pricing, us-east-1, arm64: for each GB-second.
    const USD_A_GB_SECOND: f64 = 0.000_013_333_4;
    const GB: f64 = 0.25;
    /// Eight side by side, at some 50 ms each.
    const CALLS_A_SECOND: f64 = 160.0;
    const MINUTES_A_MONTH: f64 = 43_800.0;
    let of_buckets = Facet::ALL.iter().filter(|facet| facet.kind() == ResourceKind::Bucket);
    let calls_a_bucket: u32 = of_buckets.map(|facet| facet.row().calls_a_look.unwrap_or(1)).sum();
    let mut text = format!(
        "\n## Rounds of the sweep\n\nA round of the sweep looks at everything. What is right costs the reads of its facets, {calls_a_bucket} calls at the most for a bucket, and nothing \
         more; of users, roles, groups and their policies IAM tells all in one call for each thousand. What is wrong costs a guard's look besides. A round \
         begins each quarter of an hour, or as much later as it takes to come to 500 calls a minute. In USD a month at list prices of us-east-1: the \
         requests to S3, and the function's time at 160 calls a second (eight side by side, some 50 ms each: reckoned, not measured on AWS). The calls \
         are counted by a test on a made-up account of 10,000 buckets and 5,000 roles. What the trail delivered is read each quarter of an hour besides: a GET and a \
         PUT of how far it is, a LIST of the regions and one of each, a GET for each object, and for each five objects a GET and a PUT for each principal \
         that is in them.\n\n\
         | Buckets | Calls a round | A round takes | One begins each | Requests | Lambda |\n|---|---|---|---|---|---|\n"
    );
    for buckets in [100_u32, 1_000, 10_000] {
        let calls = buckets * calls_a_bucket;
        let round = Round { calls: calls.into(), ..Round::begun(0) };
        let period = f64::from(u32::try_from(round.period()).unwrap_or(u32::MAX)) / 60.0;
        let rounds = MINUTES_A_MONTH / period;
        let seconds = f64::from(calls) / CALLS_A_SECOND;
        let requests = rounds * f64::from(calls) / 1_000.0 * USD_A_THOUSAND;
        let lambda = rounds * seconds * GB * USD_A_GB_SECOND;
        text += &format!(
            "| {buckets} | {calls} | {:.1} min | {period:.0} min | {requests:.2} | {lambda:.2} |\n",
            seconds / 60.0
        );
    }
    text
}

#[test]
fn the_calls_are_written_down() {
    let expected = calls();
    if env::var_os("PARAPET_UPDATE").is_some() {
        fs::write(root().join(CALLS), &expected).unwrap();
    }
    let found = read(CALLS).unwrap_or_default();
    assert_eq!(found, expected, "{CALLS} is old: run PARAPET_UPDATE=1 cargo test -p parapet-contract");
}

/// The policies of an organization, under the built-in standard and for each account: what `parapet policy companions --out policies` writes.
#[test]
fn the_companions_are_written_down() {
    let whose = Whose { account: None, deployment_role: None };
    let Companions { scp, rcp } = Companions::of(&Standard::built_in(&whose.home()).unwrap(), &whose);
    for (path, policy) in [("policies/scp.json", scp), ("policies/rcp.json", rcp)] {
        let expected = Companions::text(&policy);
        if env::var_os("PARAPET_UPDATE").is_some() {
            fs::write(root().join(path), &expected).unwrap();
        }
        let found = read(path).unwrap_or_default();
        assert_eq!(found, expected, "{path} is old: run PARAPET_UPDATE=1 cargo test -p parapet-contract");
    }
}

/// The table in README.md between these marks: what each guard keeps.
const GUARDED: (&str, &str) = ("<!-- guarded: written by the contract tests -->\n", "<!-- end of guarded -->");

fn guarded() -> String {
    let mut text = String::from("| Guard | Keeps | Controls |\n|---|---|---|\n");
    for &guard in GuardName::ALL {
        let own = || ControlId::all().iter().filter(move |control| control.owner() == Some(guard));
        let facets: Vec<&str> =
            Facet::ALL.iter().filter(|facet| facet.owner() == guard).map(|facet| facet.name()).collect();
        let enforced = own().filter(|control| control.default_mode() == Mode::Enforce).count();
        text += &format!(
            "| `{guard}` | {} | {} of {} enforced, after {} events |\n",
            facets.join(", "),
            enforced,
            own().count(),
            guard.events().len()
        );
    }
    text
}

#[test]
fn the_readme_says_what_is_guarded() {
    let readme = read("README.md").unwrap();
    let (before, rest) = readme.split_once(GUARDED.0).unwrap();
    let (found, after) = rest.split_once(GUARDED.1).unwrap();
    let expected = guarded();
    if env::var_os("PARAPET_UPDATE").is_some() {
        fs::write(root().join("README.md"), format!("{before}{}{expected}{}{after}", GUARDED.0, GUARDED.1)).unwrap();
    } else {
        assert_eq!(found, expected, "README.md is old: run PARAPET_UPDATE=1 cargo test -p parapet-contract");
    }
}

#[test]
fn links_lead_somewhere() {
    let pages = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "THIRD-PARTY-NOTICES.md",
        "lab/emulator/README.md",
        "docs/deploying.md",
        "docs/performance.md",
        "docs/plan.md",
        "docs/calls.md",
        "docs/replay.md",
        "docs/judgement.md",
        "docs/threat-model.md",
        "events/README.md",
        "policies/README.md",
        "shared/iam-policy/README.md",
    ];
    for page in pages {
        let text = read(page).unwrap();
        let folder = root().join(page).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            assert!(folder.join(path).exists(), "{page} links to {link}, which is not there");
        }
    }
}
