//! What the shell lays down for the page as `globalThis.kandasShell` before the page's program runs: only what this system
//! has. On a desktop that is little, unless somebody has given the stand-in a finger or a QR.

use kandas_device::hardware::Offers;

/// A function of the offers.
const FUNCTION: &str = include_str!("lay_down.js");

/// The script that lays it down.
pub(crate) fn script(offers: &Offers) -> String {
    let told = serde_json::json!({
        "biometric": offers.biometric, "buzz": offers.buzz, "reader": offers.reader, "text": offers.text,
    });
    format!("{}({told});", FUNCTION.trim_end())
}

#[cfg(test)]
mod tests {
    use kandas_device::hardware::Biometric;

    use super::*;

    #[test]
    fn only_what_the_system_has_is_told() {
        let nothing = script(&Offers::default());
        let told = r#"})({"biometric":null,"buzz":false,"reader":false,"text":null});"#;
        assert!(nothing.ends_with(told), "{nothing}");
        let all =
            script(&Offers { biometric: Some(Biometric::Face), reader: true, buzz: true, text: Some(130) });
        let told = r#"})({"biometric":"face","buzz":true,"reader":true,"text":130});"#;
        assert!(all.ends_with(told), "{all}");
    }

    /// The commands that the script asks for are commands of the shell, and the page may ask for them.
    #[test]
    fn what_it_asks_for_is_there() {
        let (build, allowed) = (include_str!("../build.rs"), include_str!("../capabilities/main.json"));
        let asked: Vec<_> =
            FUNCTION.split("ask(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(asked, ["recognise", "scan", "buzz", "open_outside"]);
        for command in asked {
            assert!(build.contains(&format!("\"{command}\"")), "{command}");
            assert!(allowed.contains(&format!("\"allow-{}\"", command.replace('_', "-"))), "{command}");
        }
    }
}
