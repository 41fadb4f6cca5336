//! What Parquet says of itself, in Thrift's compact protocol: only as much as shows that sizes and
//! depths can be. After the specifications `thrift-compact-protocol.md` and `parquet.thrift`.

/// Structs deeper than this are in no file that a program wrote.
const MAX_DEPTH: usize = 32;

/// Columns nested deeper than this likewise.
const MAX_NESTING: usize = 64;

const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Checks the metadata of a file: no list is longer than its bytes, and no column has more children
/// than there are columns.
pub(crate) fn check_footer(bytes: &[u8]) -> Result<(), &'static str> {
    let mut footer = Compact { bytes };
    let mut before = 0;
    while let Some((kind, field)) = footer.field(before)? {
        if field == 2 && kind == LIST {
            footer.schema()?;
        } else {
            footer.skip(kind, 0)?;
        }
        before = field;
    }
    Ok(())
}

/// The size of a page once it is unpacked and its size in the file, where the bytes begin a page.
pub(crate) fn page_sizes(bytes: &[u8]) -> Option<(u64, u64)> {
    // Type, unpacked size and packed size are the fields 1 to 3, all of them whole numbers.
    let mut page = Compact { bytes };
    let number = |page: &mut Compact<'_>| {
        if page.byte().ok()? == 0x15 { page.zigzag().ok() } else { None }
    };
    number(&mut page)?;
    let (unpacked, packed) = (number(&mut page)?, number(&mut page)?);
    Some((u64::try_from(unpacked).ok()?, u64::try_from(packed).ok()?))
}

struct Compact<'a> {
    bytes: &'a [u8],
}

const CUT: &str = "its metadata ends too early";
const LIE: &str = "its metadata claims more than is there";
const DEEP: &str = "its metadata is nested too deeply";

impl Compact<'_> {
    fn byte(&mut self) -> Result<u8, &'static str> {
        let (first, rest) = self.bytes.split_first().ok_or(CUT)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn take(&mut self, n_bytes: u64) -> Result<(), &'static str> {
        let n_bytes = usize::try_from(n_bytes).map_err(|_| LIE)?;
        self.bytes = self.bytes.get(n_bytes..).ok_or(LIE)?;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64, &'static str> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).wrapping_shl(shift);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("its metadata holds a number that is too long")
    }

    fn zigzag(&mut self) -> Result<i64, &'static str> {
        let number = self.varint()?;
        Ok((number >> 1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg())
    }

    /// The type and number of the next field of a struct; `None` at its end.
    fn field(&mut self, before: i64) -> Result<Option<(u8, i64)>, &'static str> {
        let head = self.byte()?;
        Ok(match (head & 0x0f, head >> 4) {
            (0, _) => None,
            (kind, 0) => Some((kind, self.zigzag()?)),
            (kind, step) => Some((kind, before.wrapping_add(step.into()))),
        })
    }

    /// The type and number of the elements of a list, each of at least a byte.
    fn list(&mut self) -> Result<(u8, u64), &'static str> {
        let head = self.byte()?;
        let n_items = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        if n_items > self.bytes.len() as u64 { Err(LIE) } else { Ok((head & 0x0f, n_items)) }
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Result<(), &'static str> {
        if depth > MAX_DEPTH {
            return Err(DEEP);
        }
        let depth = depth.saturating_add(1);
        match kind {
            1 | 2 => Ok(()), // true and false are in the type
            3 => self.take(1),
            4..=6 => self.varint().map(drop),
            7 => self.take(8),
            8 => self.varint().and_then(|n_bytes| self.take(n_bytes)),
            LIST | 10 => {
                let (kind, n_items) = self.list()?;
                (0..n_items).try_for_each(|_| self.skip_item(kind, depth))
            }
            11 => self.skip_map(depth),
            STRUCT => self.skip_struct(depth),
            _ => Err("its metadata has a value of an unknown type"),
        }
    }

    /// In a list, truth values are bytes.
    fn skip_item(&mut self, kind: u8, depth: usize) -> Result<(), &'static str> {
        if matches!(kind, 1 | 2) { self.take(1) } else { self.skip(kind, depth) }
    }

    fn skip_map(&mut self, depth: usize) -> Result<(), &'static str> {
        let n_items = self.varint()?;
        if n_items == 0 {
            return Ok(());
        }
        if n_items > self.bytes.len() as u64 {
            return Err(LIE);
        }
        let kinds = self.byte()?;
        (0..n_items).try_for_each(|_| {
            self.skip_item(kinds >> 4, depth)?;
            self.skip_item(kinds & 0x0f, depth)
        })
    }

    fn skip_struct(&mut self, depth: usize) -> Result<(), &'static str> {
        let mut before = 0;
        while let Some((kind, field)) = self.field(before)? {
            self.skip(kind, depth)?;
            before = field;
        }
        Ok(())
    }

    /// The columns, each followed by its children.
    fn schema(&mut self) -> Result<(), &'static str> {
        let (kind, n_items) = self.list()?;
        if kind != STRUCT {
            return Err("its schema is no list of columns");
        }
        // The number of children that are still to come, on each level.
        let mut open: Vec<u64> = Vec::new();
        for nth in 0..n_items {
            let n_children = self.n_children()?;
            let left = n_items.saturating_sub(nth).saturating_sub(1);
            if let Some(level) = open.last_mut() {
                *level = level.saturating_sub(1);
            }
            if n_children > left {
                return Err(LIE);
            }
            open.push(n_children);
            while open.last() == Some(&0) {
                open.pop();
            }
            if open.len() > MAX_NESTING {
                return Err(DEEP);
            }
        }
        Ok(())
    }

    /// Passes over a column, and gives the number of its children.
    fn n_children(&mut self) -> Result<u64, &'static str> {
        let (mut before, mut n_children) = (0, 0);
        while let Some((kind, field)) = self.field(before)? {
            if field == 5 && kind == 5 {
                n_children = u64::try_from(self.zigzag()?).map_err(|_| LIE)?;
            } else {
                self.skip(kind, 0)?;
            }
            before = field;
        }
        Ok(n_children)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A footer with these numbers of children.
    fn footer(children: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x15, 2, 0x19, 0xfc, u8::try_from(children.len()).unwrap()];
        for n_children in children {
            // A name of one letter, then the children.
            bytes.extend([0x48, 1, b'x', 0x15, n_children << 1, 0]);
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn a_tree_that_can_be_passes() {
        assert_eq!(check_footer(&footer(&[2, 0, 1, 0])), Ok(()));
    }

    #[test]
    fn children_that_are_not_there_are_a_lie_and_a_deep_tree_is_refused() {
        assert_eq!(check_footer(&footer(&[2, 9, 0])), Err(LIE));
        let mut deep = vec![1; 100];
        deep.push(0);
        assert_eq!(check_footer(&footer(&deep)), Err(DEEP));
    }

    #[test]
    fn list_longer_than_the_bytes_is_a_lie() {
        assert_eq!(check_footer(&[0x49, 0xfc, 0xff, 0xff, 0xff, 0x7f]), Err(LIE));
        assert_eq!(check_footer(&[0x15]), Err(CUT));
    }

    #[test]
    fn sizes_of_a_page_are_read() {
        assert_eq!(page_sizes(&[0x15, 0, 0x15, 0x90, 0x03, 0x15, 0x20]), Some((200, 16)));
        assert_eq!(page_sizes(b"PAR1"), None);
    }
}
