use iam_policy::{Document, Holding, Judgement, Narrowing, ParseError, PolicyKind, Rules, TrustZone, judge, narrow};

fn main() -> Result<(), ParseError> {
    let policy = Document::parse(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"},
            {"Effect": "Allow", "Action": ["ec2:Describe*", "iam:Put*Policy"], "Resource": "*"}
        ]}"#,
    )?;
    let documents = [&policy];
    let holding = Holding::of(&documents, PolicyKind::Identity);
    let rules = Rules::all(TrustZone::new("123456789012"));
    match judge(&holding, &rules) {
        Judgement::Decided(found) => {
            found.iter().for_each(|v| println!("{}: {v} {:?}", v.kind.name(), v.witness))
        }
        Judgement::Undetermined(why) => println!("a finding, too: {why}"),
    }
    if let Narrowing::Changed(narrowed) = narrow(&holding, &rules) {
        narrowed.iter().flatten().for_each(|document| println!("{}", document.to_json()));
    }
    Ok(())
}
