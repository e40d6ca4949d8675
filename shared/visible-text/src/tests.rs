use super::*;

const NAME: Limits = Limits { characters: 20, bytes: 320 };
const TALK: Limits = Limits { characters: 300, bytes: 1200 };

fn accepts_name(text: &str) {
    assert_eq!(name(text, NAME).as_deref(), Ok(text), "{text:?}");
}

fn refuses_name(text: &str, expected: TextFault) {
    assert_eq!(name(text, NAME), Err(expected), "{text:?}");
}

#[test]
fn accepts_joined_emoji() {
    for emoji in [
        "👨\u{200d}👩\u{200d}👧",
        "👩🏽\u{200d}🚀",
        "🧑\u{200d}⚕\u{fe0f}",
        "❤\u{fe0f}\u{200d}🔥",
        "👁\u{fe0f}\u{200d}🗨\u{fe0f}",
        "🏳\u{fe0f}\u{200d}🌈",
        "🏴\u{200d}☠\u{fe0f}",
        "🐦\u{200d}⬛",
        "👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👩🏿",
        "👍🏿",
        "🇰🇷",
        "1\u{fe0f}\u{20e3}",
        "☎\u{fe0e}",
        "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} x",
    ] {
        accepts_name(emoji);
        accepts_name(&format!("Kim {emoji}"));
        assert_eq!(lines(emoji, TALK).as_deref(), Ok(emoji));
    }
}

#[test]
fn accepts_the_scripts_that_need_joiners_and_selectors() {
    for word in [
        "می\u{200c}خواهم",
        "نامه\u{200c}ای",
        "क्\u{200d}ष",
        "क्\u{200c}ष",
        "ශ්\u{200d}රී",
        "র\u{200d}\u{9cd}যাব",
        "അവന്\u{200d}",
        "రమేష్\u{200c}",
        "葛\u{e0100}城",
        "ᠰᠠᠶᠢᠨ\u{180b}",
        "ᠡᠷᠲᠡᠨ\u{180e}ᠡ",
        "தமிழ்",
        "ภาษาไทยที่",
        "Nguyễn Thị Ánh",
        "שָׁלוֹם",
        "مُحَمَّد",
        "བོད་སྐད",
        "မြန်မာ",
    ] {
        accepts_name(word);
        assert_eq!(lines(word, TALK).as_deref(), Ok(word));
    }
}

#[test]
fn refuses_invisible_characters_that_stand_alone() {
    for hidden in [
        '\u{ad}',
        '\u{34f}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{17b5}',
        '\u{180b}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{2060}',
        '\u{2061}',
        '\u{2065}',
        '\u{2800}',
        '\u{3164}',
        '\u{fe00}',
        '\u{fe0e}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{fff0}',
        '\u{13430}',
        '\u{1bca0}',
        '\u{1d159}',
        '\u{1d173}',
        '\u{e0001}',
        '\u{e0020}',
        '\u{e0041}',
        '\u{e007f}',
        '\u{e0100}',
        '\u{e01ef}',
        '\u{e0fff}',
    ] {
        let alone = hidden.to_string();
        refuses_name(&alone, TextFault::Empty);
        refuses_name(&format!(" {hidden} {hidden}"), TextFault::Empty);
        assert_eq!(lines(&alone, TALK), Err(TextFault::Empty), "{hidden:?}");
        let fault = TextFault::InvisibleCharacter { found: hidden };
        refuses_name(&format!("a{hidden}b"), fault);
        refuses_name(&format!("a{hidden}"), fault);
        refuses_name(&format!("{hidden}a"), fault);
        refuses_name(&format!("가{hidden}나"), fault);
    }
}

#[test]
fn refuses_joiners_that_join_nothing() {
    let (zwj, zwnj) = ('\u{200d}', '\u{200c}');
    for (text, found) in [
        ("👨\u{200d}", zwj),
        ("\u{200d}👨", zwj),
        ("👨\u{200d}\u{200d}👩", zwj),
        ("👨\u{200d}a", zwj),
        ("a\u{200d}👩", zwj),
        ("👨 \u{200d} 👩", zwj),
        ("می\u{200c}", zwnj),
        ("\u{200c}می", zwnj),
        ("می\u{200c}\u{200c}خ", zwnj),
        ("می\u{200c} خ", zwnj),
        ("क \u{94d}\u{200d}", zwj),
    ] {
        refuses_name(text, TextFault::InvisibleCharacter { found });
    }
}

#[test]
fn refuses_tags_that_make_no_flag() {
    for (text, found) in [
        ("🏴\u{e0067}\u{e0062}", '\u{e0067}'),
        ("🏴\u{e0068}\u{e0069}\u{e007f}", '\u{e0068}'),
        ("🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}\u{e0067}", '\u{e0067}'),
        ("🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}\u{e007f}", '\u{e007f}'),
        ("1\u{fe0f}", '\u{fe0f}'),
        ("a\u{fe0f}", '\u{fe0f}'),
        ("☎\u{fe0f}\u{fe0f}", '\u{fe0f}'),
    ] {
        refuses_name(text, TextFault::InvisibleCharacter { found });
    }
}

#[test]
fn refuses_controls_and_bidi_controls_in_names() {
    for found in [
        '\0',
        '\u{7}',
        '\u{1b}',
        '\u{7f}',
        '\u{9b}',
        '\u{61c}',
        '\u{200e}',
        '\u{200f}',
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{202d}',
        '\u{202e}',
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}',
        '\u{206a}',
        '\u{206f}',
        '\u{fff9}',
        '\u{fffb}',
        '\u{fffc}',
        '\u{fdd0}',
        '\u{fffe}',
        '\u{10ffff}',
    ] {
        for text in [format!("a{found}b"), found.to_string(), format!("{found}א"), format!("א{found}")] {
            refuses_name(&text, TextFault::ControlCharacter { found });
        }
    }
}

#[test]
fn refuses_stacks_of_marks_and_marks_without_a_letter() {
    let stack = |count| format!("a{}", "\u{323}\u{334}".repeat(count));
    for read in [name, lines] {
        assert!(read(&stack(2), TALK).is_ok());
        assert!(matches!(read(&stack(3), TALK), Err(TextFault::StrayMark { .. })));
        assert_eq!(read("a \u{301}b", TALK), Err(TextFault::StrayMark { found: '\u{301}' }));
        assert_eq!(read("\u{301}b", TALK), Err(TextFault::StrayMark { found: '\u{301}' }));
    }
}

#[test]
fn normalizes_to_nfc() {
    let decomposed = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}";
    assert_eq!(name(decomposed, NAME).as_deref(), Ok("한글"));
    assert_eq!(name("A\u{30a}ngstro\u{308}m", NAME).as_deref(), Ok("Ångström"));
    assert_eq!(lines(decomposed, TALK).as_deref(), Ok("한글"));
    assert_eq!(name(&decomposed.repeat(10), NAME).as_deref(), Ok("한글".repeat(10).as_str()));
}

#[test]
fn counts_what_a_reader_counts_within_a_bound_of_bytes() {
    let family = "👨\u{200d}👩\u{200d}👧";
    accepts_name(&family.repeat(17));
    refuses_name(&family.repeat(20), TextFault::TooManyBytes { max: 320, found: 360 });
    refuses_name(&family.repeat(21), TextFault::TooLong { max: 20, found: 21 });
    accepts_name(&"🇰🇷".repeat(20));
    refuses_name(&"x".repeat(21), TextFault::TooLong { max: 20, found: 21 });
    assert!(lines(&"마".repeat(300), TALK).is_ok());
    assert_eq!(lines(&"마".repeat(301), TALK), Err(TextFault::TooLong { max: 300, found: 301 }));
}

#[test]
fn trims_names_and_collapses_their_white_space() {
    for (text, expected) in [("  Ada \t\n Lovelace ", "Ada Lovelace"), ("\u{3000}차 한 잔\u{a0}", "차 한 잔")] {
        assert_eq!(name(text, NAME).as_deref(), Ok(expected));
    }
    for empty in ["", "  ", "\n\t", "\u{3000}\u{a0}\u{2028}\u{85}"] {
        refuses_name(empty, TextFault::Empty);
        assert_eq!(lines(empty, TALK), Err(TextFault::Empty), "{empty:?}");
    }
}

#[test]
fn reads_lines_with_breaks_and_tabs_but_no_other_controls() {
    assert_eq!(lines(" one\r\ntwo\u{2028}three \n", TALK).as_deref(), Ok("one\ntwo\nthree"));
    assert_eq!(lines("a\tb", TALK).as_deref(), Ok("a\tb"));
    for found in ['\0', '\r', '\u{1b}', '\u{85}', '\u{9b}', '\u{fffc}', '\u{fffe}'] {
        assert_eq!(lines(&format!("a{found}b"), TALK), Err(TextFault::ControlCharacter { found }), "{found:?}");
    }
}

#[test]
fn lines_may_embed_but_not_override_the_order_of_text() {
    for text in ["call \u{202a}+1 234\u{202c} now", "\u{2067}שלום\u{2069}!", "סוף\u{200f}!", "กิน\u{200b}ข้าว", "⠀⣿"]
    {
        assert_eq!(lines(text, TALK).as_deref(), Ok(text));
    }
    for (text, found) in [
        ("a\u{202e}b\u{202c}", '\u{202e}'),
        ("a\u{202d}b\u{202c}", '\u{202d}'),
        ("a\u{2067}b", '\u{2067}'),
        ("a\u{202b}b\nc\u{202c}", '\u{202b}'),
        ("a\u{202c}b", '\u{202c}'),
        ("\u{2066}a\u{202a}b\u{2069}\u{202c}", '\u{2069}'),
    ] {
        assert_eq!(lines(text, TALK), Err(TextFault::ControlCharacter { found }), "{text:?}");
    }
}

#[test]
fn messages_name_the_character() {
    let fault = name("a\u{202e}b", NAME).unwrap_err().to_string();
    assert_eq!(fault, "the text has U+202E, a control character or one that reorders text; remove it");
}
