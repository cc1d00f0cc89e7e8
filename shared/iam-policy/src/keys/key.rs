//! What is said of one condition key.

/// A condition key, or all that begin alike.
#[derive(Debug)]
pub(crate) struct Key {
    /// In lower case; of a family, what its names begin with or, if it begins with a colon or a hyphen, have in them.
    pub(crate) name: &'static str,
    /// Who decides its value.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader, and for the tests that read it"))]
    pub(crate) set_by: SetBy,
    /// Which requests carry it.
    pub(crate) carried: Carried,
    /// What its values prove of somebody from outside; `None`: nothing, whatever they are.
    pub(crate) proof: Option<Proof>,
    /// What a holder who looks for a way can have of it, by action: of the rules that fit, the first counts; none: anything.
    pub(crate) holder: &'static [Rule],
    /// Whether requests to other services than that of its name carry it.
    pub(crate) is_everywhere: bool,
    /// The document that says so.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader, and for the tests that read it"))]
    pub(crate) source: &'static str,
}

impl Key {
    /// One that proves nothing, and of which a holder can have anything.
    pub(super) const fn new(name: &'static str, set_by: SetBy, carried: Carried, source: &'static str) -> Self {
        Self { name, set_by, carried, proof: None, holder: &[], is_everywhere: false, source }
    }

    pub(super) const fn proves(self, proof: Proof) -> Self {
        Self { proof: Some(proof), ..self }
    }

    pub(super) const fn leaves(self, holder: &'static [Rule]) -> Self {
        Self { holder, ..self }
    }

    pub(super) const fn everywhere(self) -> Self {
        Self { is_everywhere: true, ..self }
    }

    pub(super) const fn says(self, source: &'static str) -> Self {
        Self { source, ..self }
    }
}

/// Who decides the value of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetBy {
    /// Whoever sends the request: a header, a parameter, a session's name.
    Caller,
    /// AWS, of what it knows of the caller and of its way.
    Aws,
    /// What the request is about.
    Resource,
    /// The identity provider, in its token.
    Provider,
}

/// Whether requests carry a key, for each kind of caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried {
    /// Users, roles, roots, canonical users.
    pub(crate) principal: There,
    /// AWS services that call by themselves, as service principals.
    pub(crate) service: There,
    /// Identity providers' tokens.
    pub(crate) provider: There,
    /// Requests without credentials.
    pub(crate) nobody: There,
}

/// Whether requests of some caller carry a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    /// Every request, with any value; this is the usual one.
    Always(&'static str),
    /// Every request, with this value.
    Is(&'static str),
    /// Every request, with the caller's own name.
    Name,
    /// Every request, with all names of the caller.
    Names,
    /// Some requests.
    Some,
    /// No request.
    Never,
}

/// What the values of a key must be to prove something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Any value without a wildcard.
    Fixed,
    /// An account: that of the zone, or somebody else's.
    Account,
    /// An organization.
    Organization,
    /// A path that begins with an organization.
    OrganizationPath,
    /// An ARN with an account.
    Arn,
    /// The same, or one named S3 bucket (whose ARN has no account).
    SourceArn,
    /// An ARN, for one service alone: others hand on what the caller says.
    ArnFor(&'static str),
    /// The same, for whatever service asks by itself.
    ArnOfService,
    /// An account, for one service alone.
    AccountFor(&'static str),
    /// Address ranges, none wider than /8 or /32, that are not most of the internet.
    NarrowNetwork,
    /// `true`.
    True,
    /// The name of a session, where a provider gives it.
    SessionName,
    /// One user's id, or the sessions of one role's.
    UniqueId,
}

/// What a holder can have of a key in requests for some actions.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(super) of: Of,
    pub(super) is: Assumed,
}

/// Which actions, in lower case.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// Every action.
    Any,
    /// All that begin so.
    Begins(&'static str),
    /// This one.
    Only(&'static str),
}

/// What a request of a holder carries of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Assumed {
    /// Whatever is asked for.
    Anything,
    /// Nothing.
    Nothing,
    /// Nothing, or `false`.
    False,
    /// Nothing, or a value that no policy names.
    Unnamed,
    /// The same, where its values have one of these [forms](Self::OneOf).
    UnnamedOf(&'static [&'static str]),
    /// Nothing, or one of these [forms](Self::OneOf).
    Perhaps(&'static [&'static str]),
    /// One of these: `{partition}`, `{region}` and `{account}` are the holder's, `{unnamed}` is a name that no policy has.
    OneOf(&'static [&'static str]),
    /// Somebody, or something, that is not of the holder's account.
    Stranger,
    /// Nothing, or such a one.
    PerhapsStranger,
    /// Nothing, or the ARN of a policy that confines nothing.
    Unconfining,
    /// The ARN of a policy that confines nothing.
    UnconfiningPolicy,
    /// A service that the way needs; whatever is asked for, if it needs none.
    NeededService,
    /// A time that is not past.
    Now,
    /// Operations, one with which what is encrypted is decrypted.
    Decrypting,
    /// The holder itself.
    Holder,
    /// A task of the root user that gives something away.
    RootTask,
}

impl Of {
    /// Whether it is about an action, in lower case.
    pub(super) fn has(self, action: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Begins(prefix) => action.starts_with(prefix),
            Self::Only(only) => action == only,
        }
    }
}
