//! A local AWS with the whole product deployed on it as it would be on the real one, and attacks on it.
//!
//! - [`Lab`]: the account. It is made anew each time; its trail records from the end of [`Lab::start`] on, and the guards react.
//! - [`attacks`]: one small item each: a name, a call, and how to see that it is repaired; and calls that harm nobody.
//! - [`trial`]: makes an attack, and measures how long it stays unrepaired.
//!
//! `parapet demo`, `parapet lab` and the end-to-end tests are made of it. Its AWS is in `emulator/`, in Python.

pub mod attacks;
mod before;
mod cloudformation;
mod deploy;
mod detached;
mod documents;
mod emulator;
mod functions;
mod http;
mod interpreter;
mod lab;
mod principals;
mod reading;
mod scene;
mod stream;
pub mod trial;
mod venv;

pub use attacks::{Attack, Harmless};
pub use before::{Script, TIME_LIMIT};
pub use deploy::{STANDARD_OBJECT, TRAIL_LOGS_ROLE};
pub use detached::Detached;
pub use emulator::{ACCOUNT, Emulator, REGION};
pub use functions::Invoked;
pub use lab::{Denial, Lab, Options, Used};
pub use principals::Principal;
pub use reading::role_policy;
pub use scene::Scene;
pub use stream::{Answer, Event, Finding, Invocation, Line, Stream};
pub use venv::python;
