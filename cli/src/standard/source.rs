//! A standard as users name it.

use std::fs::File;
use std::io::{self, Read, stdin};

use parapet_core::Home;
use parapet_guards::{MAX_STANDARD_BYTES, Standard, StandardError};

use crate::Trouble;
use crate::terminal::printable;

/// What stands for the standard in the binary.
const BUILT_IN: &str = "built-in";

/// A standard that was named.
#[derive(Debug)]
pub struct Given {
    /// Its name for a reader.
    pub name: String,
    /// Its text; none: the built-in one.
    pub text: Option<String>,
}

/// Why a standard cannot be used.
#[derive(Debug)]
pub enum Unusable {
    /// It could not be read.
    Unreadable(Trouble),
    /// It is not valid.
    Invalid(StandardError),
}

impl Given {
    /// Reads a file, `-` or `built-in`.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(named: &str) -> Result<Self, Unusable> {
        match named {
            BUILT_IN => Ok(Self { name: "the built-in standard".to_owned(), text: None }),
            "-" => Self::taken("standard input", text(&mut stdin().lock())),
            path => Self::taken(path, File::open(path).and_then(|mut file| text(&mut file))),
        }
    }

    fn taken(name: &str, text: io::Result<String>) -> Result<Self, Unusable> {
        let text = text.map_err(|error| {
            let what = format!("the standard `{}` cannot be read", printable(name));
            let remedy = "give a file in the format of standard.yaml, or `-` for standard input";
            Unusable::Unreadable(Trouble::from(error).during(what).remedy(remedy))
        })?;
        Ok(Self { name: name.to_owned(), text: Some(text) })
    }

    /// The standard, with its names filled in.
    ///
    /// # Errors
    /// It is not valid.
    pub fn standard(&self, home: &Home) -> Result<Standard, Unusable> {
        let standard = match &self.text {
            Some(text) => Standard::parse(text, &self.name, home),
            None => Standard::built_in(home),
        };
        standard.map_err(Unusable::Invalid)
    }
}

impl Unusable {
    /// Why, in one line.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Unreadable(trouble) => trouble.to_string(),
            Self::Invalid(error) => error.to_string(),
        }
    }

    /// Why, and what to do, for a reader.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Unreadable(trouble) => trouble.clone(),
            Self::Invalid(error) => {
                let why: Vec<String> = error.to_string().lines().map(printable).collect();
                Trouble::new(why.join(" ")).remedy("correct it; standard.yaml shows every value with its default")
            }
        }
    }
}

/// One byte more than is read of any standard, so that it is seen to be too long.
fn text(input: &mut impl Read) -> io::Result<String> {
    let mut text = String::new();
    let most = u64::try_from(MAX_STANDARD_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    input.take(most).read_to_string(&mut text)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
