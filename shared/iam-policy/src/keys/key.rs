//! What is said of one condition key.

/// A condition key, or all that begin alike.
#[derive(Debug)]
pub(crate) struct Key {
    /// In lower case; of a family, what its names begin with.
    pub(crate) name: &'static str,
    /// Who decides its value.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader, and for the tests that read it"))]
    pub(crate) set_by: SetBy,
    /// Which requests carry it.
    pub(crate) carried: Carried,
    /// What its values prove of somebody from outside; `None`: nothing, whatever they are.
    pub(crate) proof: Option<Proof>,
    /// The document that says so.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader, and for the tests that read it"))]
    pub(crate) source: &'static str,
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
