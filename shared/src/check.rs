//! Checking: what a supervisor says about a record that came, beside its state (requirements §2.2).
//!
//! The worker's own confirmation is final (§37): a check never takes an activity out of the report. Who may check is
//! decided at the centre; here stand the words both sides use.

use crate::text_enum::text_enum;

text_enum! {
    /// Why a record, or one piece of its evidence, goes back for rework.
    pub enum ReturnReason {
        /// The picture is not sharp.
        Blurred = "blurred",
        /// Too dark or too bright to see.
        TooDark = "too_dark",
        /// Somebody else is in the picture.
        WrongPerson = "wrong_person",
        /// The face cannot be seen.
        FaceNotVisible = "face_not_visible",
        /// It shows something other than this service.
        NotTheService = "not_the_service",
        /// The paper cannot be read.
        UnreadableDocument = "unreadable_document",
        /// It is another paper than the one asked for.
        WrongDocument = "wrong_document",
        /// Pages of the paper are missing.
        MissingPage = "missing_page",
        /// A picture of a screen or of another picture.
        PictureOfPicture = "picture_of_picture",
        /// Place or day do not fit.
        WrongPlaceOrDay = "wrong_place_or_day",
        /// Something else, said in the text.
        Other = "other",
    }
}

text_enum! {
    /// What a supervisor decided about something that waits for him: a held record, a late hand-over, missing numbers.
    pub enum Choice {
        /// The record counts from now on.
        Applied = "applied",
        /// It stays as evidence and counts for nothing.
        SetAside = "set_aside",
        /// It came after the family was handed over, and counts as it is.
        Noted = "noted",
        /// The missing numbers will not come any more.
        Lost = "lost",
    }
}

text_enum! {
    /// Why it was decided so. Words of a list, because some of these decisions are about nobody and stand for ever.
    pub enum ChoiceReason {
        /// The same is recorded in another record.
        Duplicate = "duplicate",
        /// The worker recorded it by mistake.
        Mistake = "mistake",
        /// It was not his to record.
        NotTheirs = "not_theirs",
        /// It can be neither read nor tied to anything.
        Unusable = "unusable",
        /// The phone was lost or stolen.
        PhoneLost = "phone_lost",
        /// The phone is broken.
        PhoneBroken = "phone_broken",
        /// The app or the phone was reset.
        PhoneReset = "phone_reset",
        /// Something else, said in the text where there is one.
        Other = "other",
    }
}

impl ChoiceReason {
    /// Whether it can be a reason for this.
    #[must_use]
    pub fn is_for(self, choice: Choice) -> bool {
        match self {
            Self::Duplicate | Self::Mistake | Self::NotTheirs | Self::Unusable => choice == Choice::SetAside,
            Self::PhoneLost | Self::PhoneBroken | Self::PhoneReset => choice == Choice::Lost,
            Self::Other => matches!(choice, Choice::SetAside | Choice::Lost),
        }
    }
}

/// How the reason of a held record begins, as phones are told it, once a supervisor has set the record aside; his own
/// reason follows ([`ChoiceReason`]): `set_aside_duplicate`.
pub const SET_ASIDE: &str = "set_aside_";

/// Whether a held record with this reason was set aside: it is kept, counts for nothing and waits for nobody.
#[must_use]
pub fn is_set_aside(reason: Option<&str>) -> bool {
    reason.is_some_and(|reason| reason.starts_with(SET_ASIDE))
}

/// Most characters of a supervisor's words.
pub const MAX_TEXT: usize = 1_000;
