//! Links `kandas://enrol?…` that the system hands to the app, because the phone's own camera app has read the QR or
//! somebody has sent it. A link opens the page of the enrolment with the link filled in, and does nothing else: the worker
//! confirms there. Whatever is no such link is let fall.

use std::sync::{Mutex, MutexGuard};

use tauri::{Manager as _, Runtime, WebviewWindow};

const ENROLMENT: &str = "kandas://enrol?";
/// Longest link, bytes; with address, code and both keys one has some 300.
const LIMIT: usize = 2_048;

/// Where a link waits for a page that is still loading.
#[derive(Default)]
pub(crate) struct Opened(Mutex<State>);

#[derive(Default)]
struct State {
    page_is_there: bool,
    waiting: Option<String>,
}

impl Opened {
    fn state(&self) -> MutexGuard<'_, State> {
        match self.0.lock() {
            Ok(inner) => inner,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// A link has come: where the page has to go now, if it is there.
    fn come(&self, place: String) -> Option<String> {
        let mut state = self.state();
        match state.page_is_there {
            true => Some(place),
            false => {
                state.waiting = Some(place);
                None
            }
        }
    }

    /// The page has loaded: where it has to go at once.
    fn loaded(&self) -> Option<String> {
        let mut state = self.state();
        state.page_is_there = true;
        state.waiting.take()
    }
}

/// The place in the page for a text that was opened with the app: `#/enrol/` and the link, percent-encoded. None for
/// whatever is no enrolment; whether it is a whole one the core says when the worker has confirmed, and the page shows why.
fn place(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with(ENROLMENT) || text.len() > LIMIT {
        // Never the text: it may hold a code.
        tracing::warn!(length = text.len(), "a link was opened that is no enrolment");
        return None;
    }
    Some(format!("#/enrol/{}", encoded(text)))
}

/// Everything but letters, digits and `-._~` as a percent sign and two digits.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The system opens the app with a text.
pub(crate) fn open<R: Runtime>(app: &tauri::AppHandle<R>, text: &str) {
    let Some(place) = place(text) else { return };
    let Some(place) = app.state::<Opened>().come(place) else { return };
    if let Some(window) = app.webview_windows().values().next() {
        go(window, &place);
    }
}

/// The page of the window has loaded.
pub(crate) fn page_is_there<R: Runtime>(window: &WebviewWindow<R>) {
    if let Some(place) = window.state::<Opened>().loaded() {
        go(window, &place);
    }
}

fn go<R: Runtime>(window: &WebviewWindow<R>, place: &str) {
    // A place has no character that ends a text of JavaScript.
    if let Err(error) = window.eval(format!("location.hash = \"{place}\"")) {
        tracing::warn!(%error, "the page does not take the link");
    }
}

#[cfg(test)]
mod tests {
    use kandas_shared::{enrol::Invitation, hash::Digest, jws::PublicKey};

    use super::*;

    fn invitation() -> Invitation {
        let mut point = [7; 65];
        point[0] = 4;
        Invitation {
            url: "https://192.0.2.7:8443/a \"b\"?c=d&e=f#g".into(),
            code: "2X4K9M7Q3P".into(),
            server_key: PublicKey(point),
            pin: Some(Digest::of(b"certificate")),
            time: 1_795_000_000,
        }
    }

    /// As the page's router does it.
    fn decoded(place: &str) -> String {
        let coded = place.strip_prefix("#/enrol/").unwrap();
        assert!(
            coded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)),
            "{coded}"
        );
        let mut bytes = Vec::new();
        let mut rest = coded;
        while let Some(first) = rest.chars().next() {
            let (byte, next) = match first {
                '%' => (u8::from_str_radix(&rest[1..3], 16).unwrap(), &rest[3..]),
                plain => (u8::try_from(plain).unwrap(), &rest[1..]),
            };
            bytes.push(byte);
            rest = next;
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_enrolment_reaches_the_page_as_it_is() {
        let link = invitation().to_link();
        // Android, iOS and a desktop hand over what the URL parser has made of it.
        let handed_over = tauri::Url::parse(&link).unwrap().to_string();
        let place = place(&format!(" {handed_over}\n")).unwrap();
        assert_eq!(Invitation::from_link(&decoded(&place)), Ok(invitation()));
    }

    #[test]
    fn nothing_breaks_out_of_its_place() {
        let place = place("kandas://enrol?u=\"; alert(1); //</script>\u{2028}\\é#/settings?%2f").unwrap();
        assert_eq!(decoded(&place), "kandas://enrol?u=\"; alert(1); //</script>\u{2028}\\é#/settings?%2f");
    }

    #[test]
    fn what_is_no_enrolment_is_let_fall() {
        let long = format!("kandas://enrol?u={}", "a".repeat(LIMIT));
        for text in
            ["", "kandas://localhost/evidence/1/file", "https://example.org/kandas://enrol?u=1", &long]
        {
            assert_eq!(place(text), None, "{text}");
        }
    }

    #[test]
    fn a_link_waits_for_the_page_and_the_last_one_counts() {
        let opened = Opened::default();
        assert_eq!(opened.come("#/enrol/a".into()), None);
        assert_eq!(opened.come("#/enrol/b".into()), None);
        assert_eq!(opened.loaded().as_deref(), Some("#/enrol/b"));
        assert_eq!(opened.loaded(), None, "a page that is loaded again is not sent there again");
        assert_eq!(opened.come("#/enrol/c".into()).as_deref(), Some("#/enrol/c"));
    }

    /// Where the systems are told that such links are ours.
    #[test]
    fn the_systems_know_whose_links_they_are() {
        let android = include_str!("../gen/android/app/src/main/AndroidManifest.xml");
        assert!(android.contains(r#"<data android:scheme="kandas" android:host="enrol" />"#));
        assert!(android.contains("android.intent.category.BROWSABLE"));
        let apple = include_str!("../Info.ios.plist");
        let schemes = apple.split("<key>CFBundleURLSchemes</key>").nth(1).unwrap_or_default();
        assert!(schemes.trim_start().starts_with("<array>"), "{schemes}");
        assert!(schemes.split("</array>").next().unwrap_or_default().contains("<string>kandas</string>"));
    }
}
