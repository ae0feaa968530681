//! Findings: what the central store notices about a record. A hint for whoever checks it, never guilt, and never a
//! reason to reject (docs/findings.md). The words are shared with the screens; the rules run on the server only.

use crate::text_enum::text_enum;

text_enum! {
    /// What was noticed.
    pub enum Rule {
        /// The record has no position (§36).
        NoPosition = "no_position",
        /// The position is too rough to say where it was.
        PoorAccuracy = "poor_accuracy",
        /// The phone's system says that the position is made up.
        MockLocation = "mock_location",
        /// Further outside the country than any error of measuring.
        OutsideCountry = "outside_country",
        /// Far from where the family lives.
        FarFromSettlement = "far_from_settlement",
        /// Where the settlement lies is not known, so the distance was not computed.
        SettlementUnknown = "settlement_unknown",
        /// The camera wrote another place into the file.
        ExifPlace = "exif_place",
        /// The camera wrote another time into the file.
        ExifTime = "exif_time",
        /// The same file proves something for another family.
        SameFile = "same_file",
        /// Nearly the same photo proves something for another family.
        NearDuplicate = "near_duplicate",
        /// Too fast from one record of the worker to the next.
        ImpossibleTravel = "impossible_travel",
        /// The phone's clock was changed, or is wrong.
        ClockJump = "clock_jump",
        /// Numbers before it are missing in the phone's chain.
        ChainGap = "chain_gap",
        /// Two statements claim the same place in the chain.
        ChainFork = "chain_fork",
        /// Its neighbour in the chain names another predecessor.
        ChainLink = "chain_link",
        /// The worker no longer had the family when it came.
        LateHandover = "late_handover",
        /// Done or sealed after the due date.
        Late = "late",
        /// Only the phone's clock says that it was in time.
        DueUnproven = "due_unproven",
    }
}

text_enum! {
    /// How much a finding weighs. The words are those of the design system's patches.
    pub enum Severity {
        /// Look closely.
        Over = "over",
        /// Worth a look.
        Soon = "soon",
        /// For the record only; nothing speaks against it.
        Good = "good",
    }
}

text_enum! {
    /// What a rule measures against. Values are dated data of the store, never of the code (docs/findings.md).
    pub enum Threshold {
        /// A position less exact than this, in metres, is rough.
        AccuracyM = "accuracy_m",
        /// Outside the country begins so many kilometres behind the border.
        OutsideKm = "outside_km",
        /// Far from the settlement begins at so many kilometres.
        SettlementKm = "settlement_km",
        /// So many positions at least say where a settlement lies.
        SettlementFixes = "settlement_fixes",
        /// So many kilometres may lie between the camera's place and the phone's.
        ExifKm = "exif_km",
        /// So many minutes may lie between the camera's time and the phone's.
        ExifMinutes = "exif_minutes",
        /// So many days may lie between an attached file and the day of the work.
        ExifDays = "exif_days",
        /// Faster than this, in km/h, nobody travels.
        TravelKmh = "travel_kmh",
        /// Shorter ways than this, in kilometres, are not looked at.
        TravelKm = "travel_km",
        /// Less exact positions than this, in metres, say nothing about a way.
        TravelAccuracyM = "travel_accuracy_m",
        /// So many seconds a clock may be moved or wrong.
        ClockSeconds = "clock_seconds",
        /// From so many seconds on it weighs more.
        ClockGraveSeconds = "clock_grave_seconds",
        /// A time of sealing that is known less exactly than this, in hours, proves nothing about a due date.
        DueWidthHours = "due_width_hours",
        /// Two photos that differ in at most so many marks are nearly the same.
        NearBits = "near_bits",
        /// Of two photos with near marks so many percent of the pictures agree at least, if one is made of the other.
        NearPercent = "near_percent",
        /// Most records that one finding of similar files names.
        MostOthers = "most_others",
        /// Share of records without findings that are drawn to be looked at all the same, in percent.
        SamplePercent = "sample_percent",
    }
}
