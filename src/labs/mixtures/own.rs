//! What readers bring: densities as a table, and angles of tags.

use serde::Serialize;

use crate::error::Error;
use crate::reading::quoted;

/// The most characters of a mixture in a link.
pub const MOST_TEXT: u32 = 4000;
/// The most characters of angles.
pub const MOST_ANGLES: u32 = 200;
/// The fewest rows of a table of densities.
const FEWEST_ROWS: usize = 8;
/// The most.
const MOST_ROWS: usize = 256;
/// Angles nearer than this cannot be told apart, in degrees.
const APART: f64 = 1.0;

/// Densities over z, one per cloud: linear between the rows of a table, constant beyond them.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Densities {
    /// Places in [0, 1], rising.
    pub z: Vec<f64>,
    /// Of each cloud, a density at each place, zero or more; as given, not normalised.
    pub clouds: Vec<Vec<f64>>,
}

impl Densities {
    /// As a link has it.
    #[must_use]
    pub fn text(&self) -> String {
        let row = |(at, z): (usize, &f64)| {
            let values = self.clouds.iter().filter_map(|cloud| cloud.get(at));
            std::iter::once(z).chain(values).map(f64::to_string).collect::<Vec<_>>().join(" ")
        };
        self.z.iter().enumerate().map(row).collect::<Vec<_>>().join("; ")
    }

    /// A cloud's density on the midpoints of a grid, summing to one.
    #[must_use]
    pub fn on_grid(&self, cloud: usize, grid: u32) -> Vec<f64> {
        let Some(values) = self.clouds.get(cloud) else { return Vec::new() };
        let at = |place: f64| {
            let after = self.z.partition_point(|&z| z < place);
            match (after.checked_sub(1), self.z.get(after)) {
                (None, _) => values[0],
                (Some(before), None) => values[before],
                (Some(before), Some(&right)) => {
                    let share = (place - self.z[before]) / (right - self.z[before]);
                    values[before] + share * (values[after] - values[before])
                }
            }
        };
        let density: Vec<f64> = (0..grid).map(|cell| at((f64::from(cell) + 0.5) / f64::from(grid))).collect();
        let total: f64 = density.iter().sum();
        // A cloud that lies between two places of the grid is taken to its nearest.
        if total > 0.0 { density.into_iter().map(|value| value / total).collect() } else { density }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// A table's rows, each with its number in the file.
fn read<'a>(rows: impl Iterator<Item = (usize, Vec<&'a str>)>) -> Result<Densities, Error> {
    let refuse = |why: String| Err(Error::File(why));
    let mut densities = Densities { z: Vec::new(), clouds: Vec::new() };
    for (place, (line, cells)) in rows.enumerate() {
        let numbers: Vec<Option<f64>> = cells.iter().map(|cell| number(cell)).collect();
        if place == 0 && numbers.iter().all(Option::is_none) {
            // Names of columns.
            continue;
        }
        if let Some((cell, _)) = cells.iter().zip(&numbers).find(|(_, number)| number.is_none()) {
            return refuse(format!("row {line}: \"{}\" is not a finite number", quoted(cell)));
        }
        let numbers: Vec<f64> = numbers.into_iter().flatten().collect();
        let [z, values @ ..] = &numbers[..] else { return refuse(format!("row {line} is empty")) };
        if densities.z.is_empty() {
            let most = super::law::MOST_COMPONENTS as usize;
            if values.is_empty() || values.len() > most {
                return refuse(format!(
                    "row {line}: z and 1 to {most} densities are wanted, not {} numbers",
                    numbers.len()
                ));
            }
            densities.clouds = vec![Vec::new(); values.len()];
        }
        if values.len() != densities.clouds.len() {
            let first = densities.clouds.len() + 1;
            return refuse(format!("row {line} has {} numbers, the first has {first}", numbers.len()));
        }
        if !(0.0..=1.0).contains(z) {
            return refuse(format!("row {line}: z is {z}; it goes from 0 to 1"));
        }
        if densities.z.last().is_some_and(|last| last >= z) {
            return refuse(format!("row {line}: z has to rise from row to row"));
        }
        if let Some(value) = values.iter().find(|value| **value < 0.0) {
            return refuse(format!("row {line}: a density is not negative, but {value} is"));
        }
        densities.z.push(*z);
        densities.clouds.iter_mut().zip(values).for_each(|(cloud, value)| cloud.push(*value));
    }
    let rows = densities.z.len();
    if !(FEWEST_ROWS..=MOST_ROWS).contains(&rows) {
        return refuse(format!("it has {rows} rows; {FEWEST_ROWS} to {MOST_ROWS} are wanted"));
    }
    match densities.clouds.iter().position(|cloud| cloud.iter().sum::<f64>() <= 0.0) {
        Some(cloud) => refuse(format!("density {} is nowhere above zero", cloud + 1)),
        None => Ok(densities),
    }
}

/// Densities as a link has them: numbers with blanks or commas between, rows with semicolons. Rows without a number do not count.
///
/// # Errors
/// [`Error::File`] with the row and what is wrong there.
pub fn of_link(text: &str) -> Result<Densities, Error> {
    let blank = |c: char| c == ',' || c.is_whitespace();
    let rows = text.split(';').map(|row| row.split(blank).filter(|cell| !cell.is_empty()).collect::<Vec<_>>());
    read((1..).zip(rows.filter(|cells| !cells.is_empty())))
}

/// Densities from a file: a row a line, numbers with commas, semicolons, tabs or blanks between; a first line of names is left out.
///
/// # Errors
/// [`Error::File`] with the row and what is wrong there, or if it does not fit a link.
pub fn of_file(bytes: &[u8]) -> Result<Densities, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::File("it is not text in UTF-8".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let cells = |line: &str| -> Vec<String> {
        line.split(|c: char| c == ',' || c == ';' || c.is_whitespace())
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let lines: Vec<(usize, Vec<String>)> =
        text.lines().zip(1..).map(|(line, at)| (at, cells(line))).filter(|(_, cells)| !cells.is_empty()).collect();
    let densities = read(lines.iter().map(|(at, cells)| (*at, cells.iter().map(String::as_str).collect())))?;
    let length = densities.text().chars().count();
    if length > MOST_TEXT as usize {
        return Err(Error::File(format!(
            "its numbers take {length} characters in a link, which holds {MOST_TEXT}: fewer rows, or fewer digits"
        )));
    }
    Ok(densities)
}

/// Angles of tags in degrees, as many as there are clouds.
///
/// # Errors
/// [`Error::File`] with what is wrong.
pub fn angles(text: &str, count: u32) -> Result<Vec<f64>, Error> {
    let refuse = |why: String| Err(Error::File(why));
    let mut angles = Vec::new();
    for cell in text.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter(|cell| !cell.is_empty()) {
        match number(cell) {
            Some(angle) => angles.push(angle),
            None => return refuse(format!("\"{}\" is not a finite number", quoted(cell))),
        }
    }
    if angles.len() != count as usize {
        return refuse(format!("there are {} angles for {count} clouds", angles.len()));
    }
    for (at, own) in angles.iter().enumerate() {
        for (other, angle) in angles.iter().enumerate().skip(at + 1) {
            let turned = (own - angle).rem_euclid(360.0);
            if turned.min(360.0 - turned) < APART {
                return refuse(format!(
                    "tags {} and {} cannot be told apart: their angles are less than one degree apart",
                    at + 1,
                    other + 1
                ));
            }
        }
    }
    Ok(angles)
}
