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

/// Most characters of a supervisor's words.
pub const MAX_TEXT: usize = 1_000;
