//! Takes the built screens into the program when `KANDAS_SCREENS` names their folder (an absolute path). Without it the
//! program builds as well, with no Node on the machine; the bridge then takes a folder with `--screens`.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=KANDAS_SCREENS");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = String::new();
    if let Some(folder) = env::var_os("KANDAS_SCREENS").filter(|folder| !folder.is_empty()) {
        let folder = Path::new(&folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        list(folder, folder, &mut files)?;
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(Path::new(&out).join("screens.rs"), format!("&[{files}]"))
}

fn list(root: &Path, folder: &Path, files: &mut String) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else {
            let name =
                path.strip_prefix(root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
            let line = format!("({name:?}, include_bytes!({:?}) as &[u8]),", path.display().to_string());
            files.write_str(&line).map_err(io::Error::other)?;
        }
    }
    Ok(())
}
