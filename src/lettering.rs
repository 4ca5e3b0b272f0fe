//! How wide words are in the page's typeface, about, and words cut to the room there is for them: what is
//! drawn breaks no lines by itself.

/// What words are set in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lettering {
    /// Its size, in pixels or units of a drawing.
    pub size: f64,
    /// As much wider than plain letters.
    pub wider: f64,
}

impl Lettering {
    /// Plain letters of a size.
    pub const fn plain(size: f64) -> Self {
        Self { size, wider: 1.0 }
    }

    /// Bold letters of a size.
    pub const fn bold(size: f64) -> Self {
        Self { size, wider: 1.12 }
    }

    /// About how wide words are: a little more rather than less.
    pub fn width(self, words: &str) -> f64 {
        words.chars().map(em).sum::<f64>() * self.size * self.wider
    }

    /// The same of a name of which there are several: its number stays, `a-long-na…/2`.
    pub fn cut_name(self, name: &str, room: f64) -> String {
        let is_number = |end: &str| !end.is_empty() && end.bytes().all(|b| b.is_ascii_digit());
        match name.rsplit_once('/').filter(|(_, end)| is_number(end)) {
            Some((id, number)) => {
                let number = format!("/{number}");
                self.cut(id, room - self.width(&number)) + &number
            }
            None => self.cut(name, room),
        }
    }

    /// The words, cut off with an ellipsis where there is no room for all of them.
    pub fn cut(self, words: &str, room: f64) -> String {
        if self.width(words) <= room {
            return words.to_owned();
        }
        let mut left = room - self.width("…");
        let fits = |letter: &char| {
            left -= self.width(letter.encode_utf8(&mut [0; 4]));
            left >= 0.0
        };
        let kept: String = words.chars().take_while(fits).collect();
        format!("{}…", kept.trim_end())
    }
}

/// Width of a letter as a share of its size, in the widest of the faces that the style sheet names.
fn em(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ' ' | '\u{a0}' | '\'' | '|' | '·' | '/' => 0.33,
        'f' | 'r' | 't' | '-' | '(' | ')' => 0.41,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' => 0.57,
        'm' | 'M' | 'W' | '%' | '@' | '…' | 'Æ' | 'æ' | '©' | '®' | 'Ŵ' | '—' => 0.98,
        'Μ' | 'М' | 'Ф' | 'Ы' | 'ж' | 'ф' | 'ш' | 'ю' | 'љ' | 'њ' => 0.98,
        'Œ' | 'œ' | 'Ж' | 'Ш' | 'Щ' | 'щ' | 'Ю' | 'Љ' | 'Њ' => 1.2,
        'w' => 0.82,
        'a'..='z' => 0.62,
        '#' | '&' | '+' | '<' | '=' | '>' | '^' | '~' | '¬' | '±' | '×' | '÷' => 0.84,
        'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'U' | 'À'..='Þ' => 0.79,
        'A'..='Z' => 0.7,
        // Capitals and small letters with marks stand in turn.
        '\u{100}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => 0.8,
        // Greek and Cyrillic have broad capitals, and those of other tongues than are written today are broader.
        '\u{370}'..='\u{45f}' => 0.85,
        '\u{460}'..='\u{52f}' => 1.2,
        // Armenian, and signs.
        '\u{530}'..='\u{58f}' | '\u{2070}'..='\u{2bff}' => 1.0,
        // Letters of alphabets; those of other scripts are as wide as they are high.
        '\u{0}'..='\u{2e7f}' => 0.64,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_to_their_room_and_never_wider() {
        let letters = Lettering::bold(13.0);
        assert_eq!(letters.cut("web/1", 100.0), "web/1");
        for name in [
            "a-service-with-a-very-long-name/1",
            "Datenbank für Bestellungen und Rechnungen",
            "データベースのとても長い名前",
            "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
            "llllllllllllllllllllllllllllllll",
        ] {
            for room in [40.0, 84.0, 128.0] {
                let cut = letters.cut(name, room);
                assert!(cut.ends_with('…') && letters.width(&cut) <= room, "{cut}");
            }
        }
        assert_eq!(letters.cut("two words", 56.0), "two…");
        assert_eq!(letters.cut("no room", 0.0), "…");
        assert_eq!(letters.cut_name("web/12", 100.0), "web/12");
        let numbered = letters.cut_name("a-service-with-a-very-long-name/12", 100.0);
        assert!(numbered.ends_with("…/12") && letters.width(&numbered) <= 100.0);
        assert!(
            letters
                .cut_name("Gateway from TCP/IP to the rest", 100.0)
                .ends_with('…')
        );
    }

    #[test]
    fn no_letter_is_wider_than_it_is_taken_for() {
        // As DejaVu Sans has them, plain and bold.
        for (letters, plain, bold) in [
            ("Щ", 1.09, 1.33),
            ("Ш", 1.07, 1.24),
            ("Ж", 1.08, 1.22),
            ("щ", 0.94, 1.11),
            ("Ы", 0.88, 1.04),
            ("Œ", 1.07, 1.17),
            ("Æ", 0.97, 1.08),
            ("W", 0.99, 1.10),
            ("Č", 0.70, 0.73),
            ("Ő", 0.79, 0.85),
            ("Ñ", 0.75, 0.84),
            ("Ω", 0.76, 0.85),
            ("Ѩ", 1.16, 1.36),
            ("Խ", 0.92, 0.96),
            ("→", 0.84, 0.84),
            ("&", 0.78, 0.87),
        ] {
            let width = |lettering: Lettering| lettering.width(letters) + 0.02;
            assert!(width(Lettering::plain(1.0)) >= plain, "{letters}");
            assert!(width(Lettering::bold(1.0)) >= bold, "{letters}");
        }
    }

    #[test]
    fn figures_and_capitals_are_as_wide_as_they_are_drawn() {
        assert!((Lettering::plain(11.0).width("1,013/s") - 42.0).abs() < 3.0);
        assert!(Lettering::bold(11.0).width("M") > Lettering::plain(11.0).width("M"));
    }
}
