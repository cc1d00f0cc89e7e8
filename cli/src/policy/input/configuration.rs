//! What the `configuration` of a plan says of a resource: which of its arguments are written, and what they refer to ("JSON Output Format",
//! Configuration Representation). Its values are not there, so it tells only whose a value is that is not known yet.

use super::tree::Node;

/// The modules of a plan as they are written; none: the plan does not say.
#[derive(Default)]
pub(super) struct Configuration(Option<Node>);

/// What is written of one resource.
#[derive(Clone, Copy, Default)]
pub(super) struct Written<'c>(Option<&'c Node>);

impl Configuration {
    pub(super) fn of(configuration: Option<&Node>) -> Self {
        Self(configuration.and_then(|all| all.get("root_module")).cloned())
    }

    /// What is written of a resource of the plan.
    pub(super) fn written(&self, resource: &Node) -> Written<'_> {
        let text = |key: &str| resource.get(key).and_then(Node::text).unwrap_or_default();
        let modules = calls(text("module_address"));
        let module = modules.iter().try_fold(self.0.as_ref(), |module, call| {
            Some(module.and_then(|module| module.get("module_calls")?.get(call)?.get("module")))
        });
        let is_it = |written: &&Node| {
            ["mode", "type", "name"].iter().all(|key| written.get(key).and_then(Node::text) == Some(text(key)))
        };
        let resources = module.flatten().and_then(|module| module.get("resources")).map(Node::items);
        Written(resources.unwrap_or_default().iter().find(is_it))
    }
}

impl Written<'_> {
    /// Whether an argument is left to AWS: the resource is there, and it is not.
    pub(super) fn is_left(self, key: &str) -> bool {
        self.0.is_some_and(|resource| resource.get("expressions").is_none_or(|all| all.get(key).is_none()))
    }

    /// Whether an argument is made of nothing but the ARNs (or the ids, which are the same) of policies that the plan has itself.
    pub(super) fn is_own_policy(self, key: &str) -> bool {
        let expression = self.0.and_then(|resource| resource.get("expressions")?.get(key)?.get("references"));
        let references: Vec<&str> =
            expression.map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
        let is_arn = |reference: &&str| reference.ends_with(".arn") || reference.ends_with(".id");
        // What hangs on another attribute of it is a choice.
        let is_plain = |reference: &&str| is_arn(reference) || without_indexes(reference).matches('.').count() == 1;
        let is_own = |reference: &&str| reference.starts_with("aws_iam_policy.") && is_plain(reference);
        references.iter().any(is_arn) && references.iter().all(is_own)
    }
}

/// The calls of modules in an address: `module.a["x.y"].module.b` is `a`, `b`.
fn calls(address: &str) -> Vec<String> {
    let plain = without_indexes(address);
    let mut fields = plain.split('.');
    let mut calls = Vec::new();
    while fields.next() == Some("module") {
        calls.extend(fields.next().map(str::to_owned));
    }
    calls
}

/// An address without the keys of its instances.
fn without_indexes(address: &str) -> String {
    let (mut plain, mut is_quoted, mut is_escaped, mut depth) = (String::new(), false, false, 0_usize);
    for letter in address.chars() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modules_of_an_address() {
        for (address, expected) in [
            ("", &[] as &[&str]),
            ("module.a", &["a"]),
            ("module.a[0].module.b", &["a", "b"]),
            (r#"module.a["x.module.y\"]"].module.b["z"]"#, &["a", "b"]),
        ] {
            assert_eq!(calls(address), expected, "{address}");
        }
    }
}
