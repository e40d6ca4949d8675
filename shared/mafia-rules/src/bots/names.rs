//! What bots are called.

use super::chance::pick;
use crate::Random;

#[rustfmt::skip]
const EN: [&str; 24] = [
    "Biscuit", "Pickle", "Waffle", "Noodle", "Pumpkin", "Pepper", "Nutmeg", "Muffin", "Turnip", "Olive", "Truffle", "Mango",
    "Otto", "Hazel", "Basil", "Clementine", "Peaches", "Radish", "Crumpet", "Ginger", "Dumpling", "Cocoa", "Sprout", "Paprika",
];
#[rustfmt::skip]
const KO: [&str; 24] = [
    "두부", "만두", "감자", "호두", "김밥", "콩떡", "보리", "단무지", "고구마", "누룽지", "꽈배기", "찹쌀이", "붕어빵", "떡볶이", "라면땅",
    "깍두기", "옥수수", "식혜", "뻥튀기", "곶감", "순두부", "군만두", "약과", "튀김이",
];

/// A name for one bot more at a table where these names are taken: none of them, at most 20 characters, and in Korean where somebody at the
/// table is called something in Korean.
pub fn bot_name(taken: &[&str], random: &mut dyn Random) -> String {
    let names = if taken.iter().any(|name| name.chars().any(is_hangul)) { &KO } else { &EN };
    let free = |name: &str| !taken.contains(&name);
    let unused: Vec<_> = names.iter().copied().filter(|name| free(name)).collect();
    if let Some(name) = pick(&unused, random) {
        return name.to_owned();
    }
    // More are taken than a table seats: number them.
    let numbered = (2..).flat_map(|number: u32| names.iter().map(move |name| format!("{name} {number}")));
    numbered.into_iter().find(|name| free(name)).unwrap_or_default()
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}')
}
