//! Takes the built dashboard into the program when it is there (`npm run build --workspace kandas-dashboard`). Without it
//! the program builds as well, with no Node on the machine, and its page says so.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let missing = || io::Error::other("cargo sets this");
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").ok_or_else(missing)?).join("dashboard/dist");
    // A folder that is not there yet is looked for again each time.
    println!("cargo::rerun-if-changed={}", folder.join("index.html").display());
    let mut files = String::new();
    if folder.join("index.html").is_file() {
        list(&folder, &folder, &mut files)?;
    }
    let out = env::var_os("OUT_DIR").ok_or_else(missing)?;
    fs::write(Path::new(&out).join("dashboard.rs"), format!("&[{files}]"))
}

fn list(root: &Path, folder: &Path, files: &mut String) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
            let line = format!("({name:?}, include_bytes!({:?}) as &[u8]),", path.display().to_string());
            files.write_str(&line).map_err(io::Error::other)?;
        }
    }
    Ok(())
}
