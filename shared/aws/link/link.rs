//! How the functions are linked: without what unwinding takes, since a release ends at a panic. That is a tenth of what Lambda has to fetch at a cold
//! start.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=../../shared/aws/link/link.rs");
    println!("cargo:rerun-if-changed=../../shared/aws/link/no-unwinding.ld");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // Another linker than the usual one may not know the script.
    let is_usual = env::var_os("RUSTC_LINKER").is_none();
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is_usual {
        let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo:rustc-link-arg-bins=-Wl,--no-eh-frame-hdr,-T,{folder}/../../shared/aws/link/no-unwinding.ld");
    }
}
