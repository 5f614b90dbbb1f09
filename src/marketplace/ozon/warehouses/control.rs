//! The SKUs of a pull with the sums by which Ozon's own answers prove each other: 104 bytes a SKU,
//! and the only thing that grows with the catalogue. Pure.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pieces {
    /// What is there, the reserved pieces included.
    pub present: u32,
    pub reserved: u32,
}

impl Pieces {
    fn plus(self, more: Self) -> Self {
        Self {
            present: self.present.saturating_add(more.present),
            reserved: self.reserved.saturating_add(more.reserved),
        }
    }
}

/// In which of the sums something belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Fbo,
    Fbs,
    RealFbs,
    /// One of the seller's own that the list of them does not name: one of the two before.
    Own,
}

/// Which article it is, in eight bytes.
pub(super) fn fingerprint(article: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    article.trim().hash(&mut hasher);
    hasher.finish()
}

#[derive(Clone, Debug, Default)]
struct Sku {
    sku: i64,
    article: u64,
    before: [Pieces; 3],
    after: [Pieces; 3],
    told: [Pieces; 4],
    item: u32,
    reading: u8,
    round: u8,
    article_differs: bool,
}

impl Sku {
    /// Whether the warehouses add up to what was said before or after, and if so whether the
    /// unlisted ones are realFBS.
    fn settled(&self) -> Option<bool> {
        let fits = |kind: usize, told| told == self.before[kind] || told == self.after[kind];
        let [fbo, fbs, real_fbs, own] = self.told;
        if self.article_differs || !fits(0, fbo) {
            return None;
        }
        [(fbs.plus(own), real_fbs, false), (fbs, real_fbs.plus(own), true)]
            .into_iter()
            .find(|(fbs, real_fbs, _)| fits(1, *fbs) && fits(2, *real_fbs))
            .map(|(_, _, unlisted_are_real_fbs)| unlisted_are_real_fbs)
    }

    fn has_stock(&self) -> bool {
        self.after.iter().chain(&self.told).any(|pieces| *pieces != Pieces::default())
    }
}

/// Where a row belongs that was told by warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// Whether unlisted warehouses of the seller are realFBS.
    pub unlisted_are_real_fbs: bool,
}

#[derive(Debug, Default)]
pub(super) struct SkuList {
    skus: Vec<Sku>,
    new: Vec<Sku>,
    reading: u8,
    items: u32,
    repeated: Option<i64>,
}

impl SkuList {
    pub(super) fn begin_reading(&mut self) {
        self.reading += 1;
        self.items = 0;
        self.repeated = None;
        self.new.clear();
    }

    pub(super) fn next_item(&mut self) {
        self.items += 1;
    }

    pub(super) fn control(&mut self, sku: i64, article: u64, kind: Kind, pieces: Pieces) {
        let (reading, item) = (self.reading, self.items);
        let entry = match self.skus.binary_search_by_key(&sku, |entry| entry.sku) {
            Ok(place) => &mut self.skus[place],
            Err(_) => {
                let of_item = self.new.iter().rev().take_while(|entry| entry.item == item).count();
                let first = self.new.len() - of_item;
                let known = self.new[first..].iter().position(|entry| entry.sku == sku);
                let place = known.map_or_else(
                    || {
                        self.new.push(Sku { sku, article, ..Sku::default() });
                        self.new.len() - 1
                    },
                    |place| first + place,
                );
                &mut self.new[place]
            }
        };
        if entry.reading != reading {
            entry.after = <[Pieces; 3]>::default();
            entry.article_differs |= entry.article != article;
            (entry.reading, entry.item, entry.article) = (reading, item, article);
        } else if entry.item != item {
            self.repeated = Some(sku);
        }
        let sum = &mut entry.after[kind as usize];
        *sum = sum.plus(pieces);
    }

    pub(super) fn finish_reading(&mut self, total: Option<u64>) -> Result<(), String> {
        let items = u64::from(self.items);
        if let Some(total) = total.filter(|total| *total != items) {
            return Err(format!("Ozon lists {total} articles, and its pages hold {items}"));
        }
        for entry in &mut self.new {
            entry.before = entry.after;
        }
        self.skus.append(&mut self.new);
        self.skus.sort_unstable_by_key(|entry| entry.sku);
        let twice = self.skus.windows(2).find(|pair| pair[0].sku == pair[1].sku);
        match self.repeated.or(twice.map(|pair| pair[0].sku)) {
            Some(sku) => Err(format!("SKU {sku} is on two places of Ozon's pages")),
            None => Ok(()),
        }
    }

    /// What was told of a SKU on one warehouse; of one that was not asked for nothing counts.
    pub(super) fn tell(&mut self, round: u8, sku: i64, article: u64, kind: Kind, pieces: Pieces) {
        let Some(entry) = self.find(sku).filter(|entry| entry.round == round) else { return };
        entry.article_differs |= entry.article != article;
        let sum = &mut entry.told[kind as usize];
        *sum = sum.plus(pieces);
    }

    /// The row counts if it is of the last round that asked for its SKU, and its article is the one
    /// that lists the SKU.
    pub(super) fn counts(&mut self, round: u8, sku: i64, article: u64) -> Option<Counts> {
        let reading = self.reading;
        let entry = self.find(sku)?;
        let counts = entry.round == round && entry.reading == reading && entry.article == article;
        let unlisted_are_real_fbs = entry.settled().unwrap_or(false);
        counts.then_some(Counts { unlisted_are_real_fbs })
    }

    pub(super) fn listed(&self) -> Vec<i64> {
        self.skus.iter().filter(|it| it.reading == self.reading).map(|it| it.sku).collect()
    }

    /// Those of them whose warehouses do not add up.
    pub(super) fn unsettled(&self) -> Vec<i64> {
        let entries = self.skus.iter().filter(|it| it.reading == self.reading);
        entries.filter(|it| it.settled().is_none()).map(|it| it.sku).collect()
    }

    pub(super) fn with_stock(&self) -> usize {
        self.skus.iter().filter(|it| it.reading == self.reading && it.has_stock()).count()
    }

    /// These SKUs are asked for again: what was said last is now what was said before.
    pub(super) fn ask_again(&mut self, round: u8, skus: &[i64]) {
        for sku in skus {
            if let Some(entry) = self.find(*sku) {
                entry.before = entry.after;
                entry.told = <[Pieces; 4]>::default();
                (entry.round, entry.article_differs) = (round, false);
            }
        }
    }

    pub(super) fn described(&mut self, sku: i64) -> String {
        let Some(entry) = self.find(sku) else { return format!("SKU {sku}") };
        let sum = |all: &[Pieces]| all.iter().map(|it| u64::from(it.present)).sum::<u64>();
        let (told, after) = (sum(&entry.told), sum(&entry.after));
        format!("SKU {sku} ({told} pieces by warehouse, {after} altogether)")
    }

    fn find(&mut self, sku: i64) -> Option<&mut Sku> {
        let place = self.skus.binary_search_by_key(&sku, |entry| entry.sku).ok()?;
        Some(&mut self.skus[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(present: u32, reserved: u32) -> Pieces {
        Pieces { present, reserved }
    }

    /// One reading of sums of FBO and FBS, an item each.
    fn read(list: &mut SkuList, sums: &[(i64, u32, u32)]) -> Result<(), String> {
        list.begin_reading();
        for (sku, fbo, fbs) in sums {
            list.next_item();
            list.control(*sku, 7, Kind::Fbo, pieces(*fbo, 0));
            list.control(*sku, 7, Kind::Fbs, pieces(*fbs, 0));
        }
        list.finish_reading(Some(sums.len() as u64))
    }

    fn asked(before: u32, told: &[(Kind, u32)], after: u32) -> SkuList {
        let mut list = SkuList::default();
        read(&mut list, &[(1, before, 0)]).unwrap();
        for (kind, count) in told {
            list.tell(0, 1, 7, *kind, pieces(*count, 0));
        }
        read(&mut list, &[(1, after, 0)]).unwrap();
        list
    }

    #[test]
    fn a_sku_needs_no_more_than_its_104_bytes() {
        assert_eq!(size_of::<Sku>(), 104);
    }

    #[test]
    fn a_sum_is_that_of_before_or_that_of_after() {
        let told = [(Kind::Fbo, 3), (Kind::Fbo, 2)];
        assert_eq!(asked(5, &told, 4).unsettled(), [0; 0]);
        assert_eq!(asked(6, &told, 5).unsettled(), [0; 0]);
        assert_eq!(asked(6, &told, 4).unsettled(), [1]);
        assert_eq!(asked(0, &[(Kind::Own, 1)], 0).unsettled(), [1]);
    }

    #[test]
    fn an_own_warehouse_that_is_not_listed_is_of_the_kind_that_makes_the_sums_right() {
        for (fbs, real_fbs, expected) in [(4, 0, Some(false)), (0, 4, Some(true)), (0, 0, None)] {
            let mut list = SkuList::default();
            list.begin_reading();
            list.next_item();
            list.control(1, 7, Kind::Fbs, pieces(fbs, 0));
            list.control(1, 7, Kind::RealFbs, pieces(real_fbs, 0));
            list.finish_reading(Some(1)).unwrap();
            list.tell(0, 1, 7, Kind::Own, pieces(4, 0));
            assert_eq!(list.skus[0].settled(), expected);
        }
    }

    #[test]
    fn what_is_asked_again_counts_by_its_last_answer_only() {
        let mut list = asked(6, &[(Kind::Fbo, 5)], 4);
        list.ask_again(1, &[1]);
        list.tell(0, 1, 7, Kind::Fbo, pieces(9, 0));
        list.tell(1, 1, 7, Kind::Fbo, pieces(4, 0));
        read(&mut list, &[(1, 3, 0)]).unwrap();
        assert_eq!(list.unsettled(), [0; 0]);
        assert_eq!(list.counts(0, 1, 7), None);
        assert!(list.counts(1, 1, 7).is_some());
        assert_eq!(list.counts(1, 1, 8), None, "another article's");
    }

    #[test]
    fn a_sku_that_comes_is_asked_for_unless_it_has_nothing_and_one_that_goes_is_not() {
        let mut list = asked(5, &[(Kind::Fbo, 5)], 5);
        read(&mut list, &[(2, 3, 0), (3, 0, 0)]).unwrap();
        assert_eq!((list.listed(), list.unsettled()), (vec![2, 3], vec![2]));
        assert_eq!(list.with_stock(), 1);
        assert_eq!(list.counts(0, 1, 7), None);
    }

    #[test]
    fn pages_that_repeat_or_lose_an_item_do_not_belong_together() {
        let mut list = SkuList::default();
        assert!(read(&mut list, &[(1, 0, 0), (1, 0, 0)]).is_err());
        let mut list = asked(1, &[], 1);
        assert!(read(&mut list, &[(1, 0, 0), (1, 0, 0)]).is_err());
        list.begin_reading();
        assert!(list.finish_reading(Some(1)).unwrap_err().contains("lists 1 articles"));
    }

    #[test]
    fn an_article_that_is_renamed_meanwhile_is_asked_for_again() {
        let mut list = asked(5, &[(Kind::Fbo, 5)], 5);
        list.begin_reading();
        list.next_item();
        list.control(1, 8, Kind::Fbo, pieces(5, 0));
        list.finish_reading(Some(1)).unwrap();
        assert_eq!(list.unsettled(), [1]);
    }
}
