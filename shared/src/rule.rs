//! The evidence rule: what a completion must show before the worker leaves the house (§36, §37).
//!
//! The order asks for "photo and video, documents and geolocation". The reading built here: at
//! least one photo always; the position always, or a reason why there is none; a video, or a
//! reason why there is none (the switch `strict_photo_and_video` takes that reason away); beyond
//! that each service names its own required proofs. [`missing`] only tells. It never blocks saving:
//! an incomplete draft is kept, and what lacks is shown.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

/// What a service needs (`required`) and gladly takes (`useful`). Position is always asked and
/// therefore named nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceRule {
    /// Proofs without which a completion is incomplete.
    pub required: Vec<Proof>,
    /// Proofs that are offered but never asked for twice.
    pub useful: Vec<Proof>,
    /// Photos must show no medical data (service 14): the screen says so before the camera opens.
    pub no_medical_content: bool,
}

text_enum! {
    /// A kind of proof.
    pub enum Proof {
        /// A photo of the work done.
        Photo = "photo",
        /// A short video.
        Video = "video",
        /// Where the device was.
        Position = "position",
        /// A photographed or attached paper.
        Document = "document",
        /// Number and date of a paper, typed.
        PaperNumber = "paper_number",
        /// A fact from a state system.
        SystemFact = "system_fact",
        /// The kandas' own signature.
        Acknowledgement = "acknowledgement",
    }
}

text_enum! {
    /// Why there is no video. Counted on the dashboard.
    pub enum NoVideoReason {
        /// The family does not agree to be filmed.
        NoConsent = "no_consent",
        /// The phone cannot film: weak camera, no space, no charge.
        WeakDevice = "weak_device",
        /// Nothing moves: the result is a paper or an entry in a system.
        NothingToFilm = "nothing_to_film",
        /// Something else, said in the note.
        Other = "other",
    }
}

text_enum! {
    /// Why there is no position.
    pub enum NoPositionReason {
        /// The phone searched and found no satellites.
        NoFix = "no_fix",
        /// Positioning is switched off on the phone.
        SwitchedOff = "switched_off",
        /// The app may not use the position.
        NoPermission = "no_permission",
        /// Inside a building without reception.
        Indoors = "indoors",
        /// Something else, said in the note.
        Other = "other",
    }
}

/// Settings of the rule that the customer may change without a new program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleSettings {
    /// Photo **and** video each time: a reason no longer stands in for the video.
    pub strict_photo_and_video: bool,
}

/// What a draft holds so far. Count only usable files: one that was set aside proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Gathered {
    /// Photos of the work.
    pub photos: u32,
    /// Videos.
    pub videos: u32,
    /// Documents, photographed or attached.
    pub documents: u32,
    /// Paper numbers with their date.
    pub paper_numbers: u32,
    /// Facts from state systems.
    pub system_facts: u32,
    /// Signatures of the kandas.
    pub acknowledgements: u32,
    /// Whether the activity has a position.
    pub position: bool,
    /// Reason given for a missing video.
    pub no_video: Option<NoVideoReason>,
    /// Reason given for a missing position.
    pub no_position: Option<NoPositionReason>,
}

impl Gathered {
    /// Whether at least one proof of this kind is there.
    pub fn has(&self, proof: Proof) -> bool {
        match proof {
            Proof::Photo => self.photos > 0,
            Proof::Video => self.videos > 0,
            Proof::Position => self.position,
            Proof::Document => self.documents > 0,
            Proof::PaperNumber => self.paper_numbers > 0,
            Proof::SystemFact => self.system_facts > 0,
            Proof::Acknowledgement => self.acknowledgements > 0,
        }
    }
}

text_enum! {
    /// One thing still to do, in the order in which the screen offers them.
    pub enum Missing {
        /// At least one photo.
        Photo = "photo",
        /// The kandas' signature.
        Acknowledgement = "acknowledgement",
        /// A document.
        Document = "document",
        /// Number and date of a paper.
        PaperNumber = "paper_number",
        /// A fact from a state system.
        SystemFact = "system_fact",
        /// A video; no reason stands in for it.
        Video = "video",
        /// A video, or the reason why there is none.
        VideoOrReason = "video_or_reason",
        /// The position, or the reason why there is none.
        PositionOrReason = "position_or_reason",
    }
}

/// What lacks for a service, empty when the completion can be sealed without a remark.
pub fn missing(rule: &EvidenceRule, gathered: &Gathered, settings: RuleSettings) -> Vec<Missing> {
    let asked = |proof: Proof| rule.required.contains(&proof) && !gathered.has(proof);
    Missing::ALL
        .iter()
        .copied()
        .filter(|item| match item {
            Missing::Photo => !gathered.has(Proof::Photo),
            Missing::Acknowledgement => asked(Proof::Acknowledgement),
            Missing::Document => asked(Proof::Document),
            Missing::PaperNumber => asked(Proof::PaperNumber),
            Missing::SystemFact => asked(Proof::SystemFact),
            Missing::Video => settings.strict_photo_and_video && !gathered.has(Proof::Video),
            Missing::VideoOrReason => {
                !settings.strict_photo_and_video && !gathered.has(Proof::Video) && gathered.no_video.is_none()
            }
            Missing::PositionOrReason => !gathered.has(Proof::Position) && gathered.no_position.is_none(),
        })
        .collect()
}

/// Useful proofs that are not there yet: offered with a "+", never counted as missing.
pub fn offered(rule: &EvidenceRule, gathered: &Gathered) -> Vec<Proof> {
    rule.useful.iter().copied().filter(|proof| !gathered.has(*proof)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{ServiceCode, services};

    const DEFAULT: RuleSettings = RuleSettings { strict_photo_and_video: false };
    const STRICT: RuleSettings = RuleSettings { strict_photo_and_video: true };

    fn lacks(code: ServiceCode, gathered: Gathered, settings: RuleSettings) -> Vec<Missing> {
        missing(&code.service().rule, &gathered, settings)
    }

    #[test]
    fn an_empty_draft_lacks_everything_required() {
        use Missing::*;
        let empty = Gathered::default();
        let table = [
            (ServiceCode::S01, vec![Photo, VideoOrReason, PositionOrReason]),
            (ServiceCode::S03, vec![Photo, Document, VideoOrReason, PositionOrReason]),
            (ServiceCode::S04, vec![Photo, VideoOrReason, PositionOrReason]),
            (ServiceCode::S13, vec![Photo, Acknowledgement, VideoOrReason, PositionOrReason]),
            (ServiceCode::S18, vec![Photo, PaperNumber, VideoOrReason, PositionOrReason]),
            (ServiceCode::S22, vec![Photo, Acknowledgement, VideoOrReason, PositionOrReason]),
            (ServiceCode::S24, vec![Photo, Document, VideoOrReason, PositionOrReason]),
        ];
        for (code, expected) in table {
            assert_eq!(lacks(code, empty, DEFAULT), expected, "{code}");
        }
    }

    #[test]
    fn each_step_takes_one_item_away() {
        use Missing::*;
        let mut draft = Gathered::default();
        assert_eq!(
            lacks(ServiceCode::S13, draft, DEFAULT),
            [Photo, Acknowledgement, VideoOrReason, PositionOrReason]
        );
        draft.photos = 2;
        assert_eq!(
            lacks(ServiceCode::S13, draft, DEFAULT),
            [Acknowledgement, VideoOrReason, PositionOrReason]
        );
        draft.acknowledgements = 1;
        assert_eq!(lacks(ServiceCode::S13, draft, DEFAULT), [VideoOrReason, PositionOrReason]);
        draft.no_video = Some(NoVideoReason::NoConsent);
        assert_eq!(lacks(ServiceCode::S13, draft, DEFAULT), [PositionOrReason]);
        draft.no_position = Some(NoPositionReason::Indoors);
        assert_eq!(lacks(ServiceCode::S13, draft, DEFAULT), []);
    }

    #[test]
    fn the_strict_switch_takes_the_video_reason_away() {
        let reasoned = Gathered {
            photos: 1,
            position: true,
            no_video: Some(NoVideoReason::NothingToFilm),
            ..Gathered::default()
        };
        assert_eq!(lacks(ServiceCode::S01, reasoned, DEFAULT), []);
        assert_eq!(lacks(ServiceCode::S01, reasoned, STRICT), [Missing::Video]);
        let filmed = Gathered { videos: 1, no_video: None, ..reasoned };
        assert_eq!(lacks(ServiceCode::S01, filmed, STRICT), []);
    }

    #[test]
    fn a_full_draft_lacks_nothing_for_any_service() {
        let full = Gathered {
            photos: 1,
            videos: 1,
            documents: 1,
            paper_numbers: 1,
            system_facts: 1,
            acknowledgements: 1,
            position: true,
            ..Gathered::default()
        };
        for service in services() {
            assert_eq!(missing(&service.rule, &full, STRICT), [], "{}", service.code);
            assert_eq!(offered(&service.rule, &full), [], "{}", service.code);
        }
    }

    #[test]
    fn no_service_asks_on_the_phone_for_what_only_a_state_system_knows() {
        for service in services() {
            assert!(!service.rule.required.contains(&Proof::SystemFact), "{}", service.code);
            assert!(!service.rule.required.contains(&Proof::Position), "{}", service.code);
        }
    }

    #[test]
    fn useful_proofs_are_offered_once() {
        let rule = &ServiceCode::S13.service().rule;
        assert_eq!(offered(rule, &Gathered::default()), [Proof::Video, Proof::Document]);
        assert_eq!(offered(rule, &Gathered { documents: 1, ..Gathered::default() }), [Proof::Video]);
    }

    #[test]
    fn words_are_snake_case_everywhere() {
        assert_eq!(serde_json::to_string(&NoVideoReason::NothingToFilm).unwrap(), "\"nothing_to_film\"");
        assert_eq!(NoPositionReason::SwitchedOff.to_string(), "switched_off");
        assert_eq!("paper_number".parse(), Ok(Proof::PaperNumber));
        assert!("Photo".parse::<Proof>().is_err());
        for item in Missing::ALL {
            assert_eq!(serde_json::to_string(item).unwrap(), format!("\"{item}\""));
        }
    }
}
