//! Combining marks: on a character, and not too many.

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup},
};

use crate::{MAX_MARKS, TextFault, invisible};

/// Refuses a mark without a visible character before it, and more than [`MAX_MARKS`] marks that take no width of their own
/// on one character: they would be drawn over the lines above and below.
pub(crate) fn check(text: &str) -> Result<(), TextFault> {
    let (mut has_base, mut stacked) = (false, 0);
    for found in text.chars().filter(|&c| !invisible::is_ignorable(c)) {
        let category = CodePointMapData::<GeneralCategory>::new().get(found);
        if !GeneralCategoryGroup::Mark.contains(category) {
            has_base = invisible::is_visible(found);
        }
        stacked = if takes_no_width(category) { stacked + 1 } else { 0 };
        if is_mark(found) && (!has_base || stacked > MAX_MARKS) {
            return Err(TextFault::StrayMark { found });
        }
    }
    Ok(())
}

fn takes_no_width(category: GeneralCategory) -> bool {
    matches!(category, GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// Variation selectors are marks in Unicode's tables, but draw nothing: here they are none.
pub(crate) fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c)) && !invisible::is_ignorable(c)
}
