//! Searching as people type here: keyboards lack Kazakh letters, passports have Latin ones (requirements.md §6).

/// Text folded for comparison: lower case, ә→а, ғ→г, қ→к, ң→н, ө→о, ұ and ү→у, һ→х, і→и, ё→е; anything that is no
/// letter or digit parts words.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ә' => folded.push('а'),
            'ғ' => folded.push('г'),
            'қ' => folded.push('к'),
            'ң' => folded.push('н'),
            'ө' => folded.push('о'),
            'ұ' | 'ү' => folded.push('у'),
            'һ' => folded.push('х'),
            'і' => folded.push('и'),
            'ё' => folded.push('е'),
            letter if letter.is_alphanumeric() => folded.push(letter),
            // An apostrophe stands inside a Latin spelling, not between words.
            '\'' | '’' | 'ʼ' => {}
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// How well `wanted` (folded, its words) fits a folded text: each word must begin some word of it, or stand inside one.
/// Smaller is better; `None`: it does not fit.
#[must_use]
pub fn fit(wanted: &str, text: &str) -> Option<u32> {
    let mut worst = 0;
    for word in wanted.split(' ').filter(|word| !word.is_empty()) {
        let here = if text.starts_with(word) {
            0
        } else if text.split(' ').any(|part| part.starts_with(word)) {
            1
        } else if text.contains(word) {
            2
        } else {
            return None;
        };
        worst = worst.max(here);
    }
    Some(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kazakh_letters_fold() {
        assert_eq!(fold("  ҮЛГІЛЕР Қыз-ұлы "), "улгилер кыз улы");
        assert_eq!(fold("Әңгіме Өскен Һәм Ғалым Ёлка"), "ангиме оскен хам галым елка");
        assert_eq!(fold("O’ZBEK Test"), "ozbek test");
        assert_eq!(fold("…"), "");
    }

    #[test]
    fn the_best_fit_comes_first() {
        let text = fold("ТЕСТОВ ТЕСТ Тестұлы");
        assert_eq!(fit(&fold("тестов"), &text), Some(0));
        assert_eq!(fit(&fold("ұлы"), &text), Some(2));
        assert_eq!(fit(&fold("тест тестулы"), &text), Some(1));
        assert_eq!(fit(&fold("кант"), &text), None);
        assert_eq!(fit("", &text), Some(0), "no word asks for nothing");
    }
}
