//! Texts that are written to be slow to read, or to break whoever reads them.

/// What no policy is made of, as long as it is read at all. Named.
pub(crate) fn texts() -> Vec<(&'static str, String)> {
    let long = 250_000;
    let many = |unit: &str| unit.repeat(long / unit.len());
    let keys: String = (0..long / 12).map(|i| format!("\"k{i:06}\":0,")).collect();
    let statement =
        |action: &str| format!(r#"{{"Statement":{{"Effect":"Allow","Resource":"*","Action":"{action}"}}}}"#);
    vec![
        ("deep lists", many("[")),
        ("deep objects", many(r#"{"a":"#)),
        (
            "lists as deep as they are read, side by side",
            format!("[{}[]]", many(&format!("{}{},", "[".repeat(120), "]".repeat(120)))),
        ),
        ("as many keys as fit, the last one twice", format!("{{{keys}\"x\":0,\"x\":0}}")),
        ("one key again and again", format!("{{{}\"x\":0}}", many("\"x\":0,"))),
        ("a key twice, after a long line", format!("{{\"Id\":\"{}\",\n\"Id\":0}}", "ä".repeat(long / 2))),
        ("backslashes", format!("{{\"x\":\"{}\",\"x\":0}}", many("\\\\"))),
        ("NUL in an action", statement(&many("\\u0000"))),
        ("lone surrogates", statement(&many("\\ud800"))),
        ("pairs of surrogates", statement(&many("\\ud83d\\ude00"))),
        ("variables that do not end", statement(&many("${"))),
        (
            "a list of empty actions",
            format!(r#"{{"Statement":{{"Effect":"Allow","Resource":"*","Action":[{}""]}}}}"#, many(r#""","#)),
        ),
        ("empty statements", format!(r#"{{"Statement":[{}{{}}]}}"#, many("{},"))),
    ]
}
