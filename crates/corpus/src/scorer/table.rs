//! Aligned Markdown tables.

use std::fmt::Write as _;

/// Cells as a Markdown table whose columns line up, each line ended; the first row is the head.
///
/// The first `left` columns are set to the left, the others to the right. A row shorter than the head leaves its last
/// cells empty, and cells beyond the head are left out.
pub fn aligned<Row: AsRef<[String]>>(rows: &[Row], left: usize) -> String {
    let Some(head) = rows.first() else {
        return String::new();
    };
    let cell = |row: &Row, column: usize| row.as_ref().get(column).map_or("", String::as_str).to_owned();
    let widths: Vec<usize> = (0..head.as_ref().len())
        .map(|column| rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        for (column, &width) in widths.iter().enumerate() {
            let cell = cell(row, column);
            // Writing to a string does not fail.
            let _ = match column < left {
                true => write!(out, "| {cell:<width$} "),
                false => write!(out, "| {cell:>width$} "),
            };
        }
        out.push_str("|\n");
        if i == 0 {
            for (column, &width) in widths.iter().enumerate() {
                let (dashes, mark) = if column < left { (width + 2, "") } else { (width + 1, ":") };
                let _ = write!(out, "|{:-<dashes$}{mark}", "");
            }
            out.push_str("|\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::aligned;

    #[test]
    fn columns_line_up_whatever_their_rows_hold() {
        let rows: [Vec<String>; 3] =
            [["a", "F1"].map(String::from).into(), vec!["µg".to_owned(), "100".to_owned()], Vec::new()];
        assert_eq!(aligned(&rows, 1), "| a  |  F1 |\n|----|----:|\n| µg | 100 |\n|    |     |\n");
        assert_eq!(aligned::<Vec<String>>(&[], 1), "");
    }
}
