//! A piece of YAML with places to fill in.
//!
//! `<word>` stands for a word anywhere. A line that is nothing but `<block>` stands for lines, which take over its indentation.

/// A piece that is being filled.
pub(crate) struct Part(String);

impl Part {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// With a word in every place of that name.
    pub(crate) fn word(self, name: &str, word: &str) -> Self {
        Self(self.0.replace(&format!("<{name}>"), word))
    }

    /// With lines in the place of that name.
    pub(crate) fn block(self, name: &str, lines: &str) -> Self {
        let place = format!("<{name}>");
        let filled = self.0.lines().map(|line| {
            if line.trim() != place {
                return format!("{line}\n");
            }
            let indentation = line.strip_suffix(place.as_str()).unwrap_or_default();
            lines.lines().map(|line| indented(indentation, line)).collect()
        });
        Self(filled.collect())
    }

    pub(crate) fn filled(self) -> String {
        self.0
    }
}

/// An empty line stays empty.
fn indented(indentation: &str, line: &str) -> String {
    if line.is_empty() { "\n".to_owned() } else { format!("{indentation}{line}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in_everywhere() {
        assert_eq!(Part::new("<Id>Role: <Id>\n").word("Id", "X").filled(), "XRole: X\n");
    }

    #[test]
    fn blocks_take_over_the_indentation_of_their_place() {
        let part = Part::new("a:\n  <b>\nc: <b>\n").block("b", "x:\n\n  y\n");
        assert_eq!(part.filled(), "a:\n  x:\n\n    y\nc: <b>\n");
    }
}
