//! Surnames to pick from, under the letter that each begins with.
//!
//! [`crate::session`] asks, letter by letter. The names stand in `surnames/table.txt`: one line a letter, the common ones first, those
//! of two characters last.
//!
//! Not here: all surnames (whoever does not find theirs spells it), other readings of a character, pages and tiles. The order is common
//! first, by the Ministry of Public Security's name reports as known to the authors; it is not a statistic.
//!
//! Invariants:
//! - The letter is that of the reading as a surname: 单 is Shàn, 仇 is Qiú, 万俟 is Mòqí. People look where their name sounds and
//!   nowhere else; a table of ordinary readings would tell them that they are not expected.
//! - A name that families read in two ways (覃 Qín and Tán) stands under both letters, and twice under none.
//! - Every character is one of 通用规范汉字表, so the kiosk's font has it.

const TABLE: &str = include_str!("surnames/table.txt");

/// The letters that surnames begin with, in the alphabet's order.
pub(crate) fn initials() -> impl Iterator<Item = char> {
    lines().map(|(initial, _)| initial)
}

/// The surnames under a letter; none under what is not one of [`initials`].
#[must_use]
pub(crate) fn of(initial: char) -> Vec<&'static str> {
    lines().filter(|(known, _)| *known == initial).flat_map(|(_, names)| names).collect()
}

fn lines() -> impl Iterator<Item = (char, impl Iterator<Item = &'static str>)> {
    TABLE.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let initial = words.next()?.chars().next()?;
        Some((initial, words))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Characters of the longest surname.
    const LONGEST: usize = 2;

    const DRAWN: &str = include_str!("../../assets/fonts/tongyong.txt");

    /// Under these letters, and no others.
    #[track_caller]
    fn check(surname: &str, letters: &str) {
        let found: String = initials().filter(|initial| of(*initial).contains(&surname)).collect();
        assert_eq!(found, letters, "{surname}");
    }

    fn characters(name: &str) -> usize {
        name.chars().count()
    }

    #[test]
    fn the_reading_as_a_surname_decides_the_letter() {
        for (surname, letter) in [
            ("单", "S"),
            ("仇", "Q"),
            ("查", "Z"),
            ("解", "X"),
            ("区", "O"),
            ("任", "R"),
            ("曾", "Z"),
            ("盖", "G"),
            ("朴", "P"),
            ("翟", "Z"),
            ("尹", "Y"),
            ("乐", "Y"),
            ("缪", "M"),
            ("折", "S"),
            ("秘", "B"),
            ("员", "Y"),
            ("黑", "H"),
            ("冼", "X"),
            ("洗", "X"),
            ("逄", "P"),
            ("繁", "P"),
            ("晁", "C"),
            ("郇", "X"),
            ("种", "C"),
            ("佴", "N"),
            ("牟", "M"),
            ("祭", "Z"),
            ("洪", "H"),
            ("褚", "C"),
            ("戴", "D"),
            ("葛", "G"),
            ("华", "H"),
            ("纪", "J"),
            ("宁", "N"),
            ("燕", "Y"),
            ("应", "Y"),
            ("於", "Y"),
            ("车", "C"),
            ("句", "G"),
        ] {
            check(surname, letter);
        }
    }

    #[test]
    fn surnames_of_two_characters_stand_under_their_own_reading() {
        for (surname, letter) in [
            ("尉迟", "Y"),
            ("万俟", "M"),
            ("澹台", "T"),
            ("令狐", "L"),
            ("长孙", "Z"),
            ("钟离", "Z"),
            ("皇甫", "H"),
            ("呼延", "H"),
            ("夏侯", "X"),
            ("欧阳", "O"),
            ("上官", "S"),
            ("司马", "S"),
            ("司徒", "S"),
            ("申屠", "S"),
            ("诸葛", "Z"),
            ("东方", "D"),
            ("独孤", "D"),
            ("端木", "D"),
            ("慕容", "M"),
            ("公孙", "G"),
            ("宇文", "Y"),
            ("乐正", "Y"),
            ("南宫", "N"),
            ("西门", "X"),
            ("轩辕", "X"),
            ("鲜于", "X"),
            ("百里", "B"),
            ("淳于", "C"),
        ] {
            check(surname, letter);
        }
    }

    #[test]
    fn surnames_that_families_read_in_two_ways_stand_under_both_letters() {
        for (surname, letters) in
            [("覃", "QT"), ("宓", "FM"), ("谌", "CS"), ("郗", "CX"), ("隗", "KW"), ("蔚", "WY"), ("岩", "AY")]
        {
            check(surname, letters);
        }
    }

    #[test]
    fn the_hundred_most_common_are_found_under_their_letter() {
        let common = [
            ("B", "白"),
            ("C", "陈程曹蔡崔常"),
            ("D", "董邓丁杜戴段"),
            ("F", "冯傅范方"),
            ("G", "高郭顾龚"),
            ("H", "黄胡何韩郝侯贺"),
            ("J", "蒋贾姜金江"),
            ("K", "孔康"),
            ("L", "李刘林罗梁吕卢廖陆龙黎赖"),
            ("M", "马毛孟"),
            ("P", "彭潘"),
            ("Q", "邱秦钱乔"),
            ("R", "任"),
            ("S", "孙宋沈苏石史邵"),
            ("T", "唐谭田汤"),
            ("W", "王吴魏汪万武文"),
            ("X", "徐谢萧肖许薛夏熊"),
            ("Y", "杨于袁叶阎余姚尹易"),
            ("Z", "张赵周朱郑曾钟邹"),
        ];
        assert_eq!(common.iter().map(|(_, names)| characters(names)).sum::<usize>(), 100);
        for (letter, names) in common {
            for name in names.chars() {
                check(&name.to_string(), letter);
            }
        }
    }

    #[test]
    fn the_common_ones_come_first() {
        assert!(of('W').starts_with(&["王", "吴", "魏", "汪"]));
        assert!(of('L').starts_with(&["李", "刘", "林", "罗", "梁"]));
        assert!(of('Z').starts_with(&["张", "赵", "周"]));
    }

    #[test]
    fn every_letter_has_one_line_in_the_alphabets_order() {
        assert_eq!(initials().collect::<String>(), "ABCDEFGHJKLMNOPQRSTWXYZ");
        assert_eq!(TABLE.lines().count(), initials().count());
        assert!(initials().all(|initial| !of(initial).is_empty()));
    }

    #[test]
    fn unknown_letters_have_no_surnames() {
        for letter in ['I', 'U', 'V', 'w', '王', ' ', '\n'] {
            assert!(of(letter).is_empty(), "{letter:?}");
        }
    }

    #[test]
    fn no_surname_stands_twice_under_a_letter_and_the_long_ones_come_last() {
        for initial in initials() {
            let names = of(initial);
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{initial}");
            assert!(names.is_sorted_by_key(|name| characters(name)), "{initial}");
        }
    }

    #[test]
    fn every_surname_is_short_and_can_be_drawn() {
        let drawn: BTreeSet<char> = DRAWN.chars().filter(|character| !character.is_whitespace()).collect();
        let names: Vec<_> = initials().flat_map(of).collect();
        for name in &names {
            assert!((1..=LONGEST).contains(&characters(name)), "{name}");
            assert!(name.chars().all(|character| drawn.contains(&character)), "{name}");
        }
        assert_eq!(names.iter().map(|name| characters(name)).max(), Some(LONGEST));
    }
}
