//! A reader's own sequence, knowledge, rotation, and what a map of their own makes of them.

use crate::error::Error;
use crate::labs::symmetry::choices::Map;
use crate::labs::symmetry::config::SymmetryConfig;
use crate::labs::symmetry::errors::{BROKEN, error, relative, rounding};
use crate::labs::symmetry::given::{Q, TURNED, W, X, Y, Z, read, refused, text};
use crate::labs::symmetry::group::{Element, defect, haar, nearest, product};
use crate::labs::symmetry::maps::{Matrix, Shape, Weights, outside};
use crate::reading::brief;

/// How far QᵀQ may be from I.
const ORTHOGONAL: f64 = 1e-5;
/// So many times what QᵀQ is off an output may be off: it is made of products of several turned vectors.
const OFF: f64 = 100.0;

/// What was found of a reader's data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Own {
    /// Errors of the lab's maps in single and double precision, or why there is none.
    pub maps: Vec<(Map, Result<[f64; 2], &'static str>)>,
    /// Error of the reader's map.
    pub own: Option<f64>,
    /// What an error of rounding is at most, in single and in double precision.
    pub rounding: [f64; 2],
    /// What is to be said, a sentence each.
    pub notes: Vec<String>,
    /// The orthogonal matrix nearest to a Q that is none, as it would be written.
    pub nearest: Option<String>,
}

/// The errors in single and double precision, or why there are none to judge.
fn judged(errors: Option<(f64, f64)>) -> Result<[f64; 2], &'static str> {
    match errors {
        None => Err("no output without Z"),
        Some((_, double)) if !double.is_finite() => Err("it overflows: numbers too large for double precision"),
        Some((single, _)) if !single.is_finite() => Err("it overflows in single precision"),
        Some((single, double)) => Ok([single, double]),
    }
}

/// Of a matrix that has to be of the shape that X gives.
fn alike(name: &str, matrix: &Matrix<f64>, shape: (usize, usize)) -> Result<(), Error> {
    if matrix.dim() == shape {
        return Ok(());
    }
    let ((rows, columns), (other_rows, other_columns)) = (matrix.dim(), shape);
    let why = format!("it is {rows} × {columns}; X makes it {other_rows} × {other_columns}");
    Err(refused(name, why))
}

/// What is said of the reader's map, which makes `y` of X and `turned` of XQ.
fn judge_map(own: &mut Own, name: &str, y: &Matrix<f64>, turned: &Matrix<f64>, q: &Matrix<f64>) {
    let found = relative(&(turned.clone() - &y.dot(q)), y);
    own.own = Some(found);
    let [single, double] = own.rounding;
    let size = if y.iter().all(|&value| value == 0.0) { "absolute" } else { "relative" };
    let error = format!("{size} error {}", brief(found, 2));
    own.notes.push(match () {
        () if found <= double => format!("{name} respects this Q to double precision: {error}. Try others too."),
        () if found <= single => format!("{name} respects this Q to single precision: {error}. Try others too."),
        () if relative(&(turned.clone() - y), y) <= single => {
            format!("{name} gave the same for X and XQ: {error}. Was one of its inputs left unturned?")
        }
        () if found < BROKEN => format!(
            "{name} has a {error}: more than rounding of numbers with 7 digits, less than maps that break the symmetry usually have. Few \
             digits typed in, or a small constant such as a norm's ε, do this."
        ),
        () => format!("{name} does not respect this Q: {error}."),
    });
}

/// How far a linear map is from those that respect all of O(d): the multiples of I and no others.
fn multiples(w: &Matrix<f64>) -> String {
    let d = w.nrows();
    let factor = (0..d).map(|i| w[[i, i]]).sum::<f64>() / d as f64;
    let outside = relative(&(w.clone() - &(Matrix::eye(d) * factor)), w);
    let which = "A linear map respects every rotation and reflection only if it is a multiple of I";
    format!("{which}. The nearest, {} I, leaves {} of ‖W‖.", brief(factor, 2), brief(outside, 2))
}

/// What the reader's data say.
///
/// # Errors
/// [`Error::Config`] with the setting that is wrong, and what is allowed.
pub fn judge(config: &SymmetryConfig) -> Result<Own, Error> {
    let mut own = Own::default();
    let (given, w) = (read(X, &config.x)?, read(W, &config.w)?);
    // A linear map is known by what it makes of a basis.
    let basis = w.as_ref().filter(|_| given.is_none()).map(|w| Matrix::eye(w.nrows()));
    let tried = given.is_some();
    let Some(x) = given.or(basis) else {
        own.notes.push("Give X: a sequence of vectors, a row each; or W.".to_owned());
        return Ok(own);
    };
    let (n, d) = x.dim();
    let z = read(Z, &config.z)?.unwrap_or_else(|| Matrix::zeros((0, d)));
    if z.ncols() != d {
        return Err(refused(Z, format!("its vectors have {} numbers, those of X have {d}", z.ncols())));
    }
    if let Some(w) = &w {
        alike(W, w, (d, d))?;
    }
    let q = match read(Q, &config.q)? {
        Some(q) => {
            alike(Q, &q, (d, d))?;
            let ([i, j], off) = defect(&q);
            if off > ORTHOGONAL {
                let (i, j, wanted) = (i + 1, j + 1, f64::from(u8::from(i == j)));
                own.notes.push(format!(
                    "Q is not orthogonal: QᵀQ differs from I by {} (columns {i} and {j} have the scalar product {}, not {wanted}); allowed \
                     {ORTHOGONAL:e}.",
                    brief(off, 1),
                    brief(product(&q, [i - 1, j - 1]), 3)
                ));
                own.nearest = nearest(&q).map(|q| text(&q));
                if own.nearest.is_none() {
                    own.notes.push(
                        "It is singular: it takes some vectors to zero, and no single orthogonal matrix is nearest to it.".to_owned(),
                    );
                }
                return Ok(own);
            }
            q
        }
        None => {
            let drawn = haar(d, [config.seed, 0]);
            // Whoever has turned nothing with it need not copy it.
            let which = if w.is_some() { ".".to_owned() } else { format!(": {}", text(&drawn)) };
            own.notes.push(format!("Q is drawn, since none is given{which}"));
            drawn
        }
    };
    let shape = Shape { d, n, m: z.nrows() };
    // What Q is off shows in every output.
    let (_, off) = defect(&q);
    own.rounding = rounding(shape).map(|rounding| rounding.max(OFF * off));
    if own.rounding[1] > rounding(shape)[1] {
        own.notes.push(format!(
            "Q is orthogonal to {} and no better, so that errors up to {} are no sign of a broken symmetry.",
            brief(off, 1),
            brief(own.rounding[1], 1)
        ));
    }
    let still = |data: &Matrix<f64>| data.nrows() == 0 || relative(&(data.dot(&q) - data), data) <= own.rounding[1];
    let nothing = x.iter().chain(z.iter()).all(|&value| value == 0.0);
    if !nothing && still(&x) && still(&z) {
        own.notes
            .push("This Q leaves X and Z as they are, which every map respects: it says nothing of any.".to_owned());
        return Ok(own);
    }
    if tried && z.nrows() == 0 {
        own.notes.push("Without Z, knowledge attention takes the mean of the sequence.".to_owned());
    }
    if x.iter().all(|&value| value == 0.0) {
        own.notes.push("X is zero everywhere: where an output is zero too, its error is absolute.".to_owned());
    }
    let weights = Weights::drawn(config.seed, if tried { shape } else { Shape { d: 1, n: 1, m: 0 } });
    let single = weights.cast();
    let element = Element::Basis(q.clone());
    for &map in config.maps.iter().filter(|_| tried) {
        let errors = error::<f32>((&weights, &single), map, &element, [&x, &z]);
        let errors = errors.zip(error::<f64>((&weights, &weights), map, &element, [&x, &z]));
        own.maps.push((map, judged(errors)));
    }
    let (y, turned) = (read(Y, &config.y)?, read(TURNED, &config.turned)?);
    if let Some(w) = w {
        if y.is_some() || turned.is_some() {
            return Err(refused(W, format!("it stands in the place of {Y} and {TURNED}: leave one or the other")));
        }
        let name = if tried { "X W" } else { "W, on the basis vectors," };
        let y = x.dot(&w);
        judge_map(&mut own, name, &y, &x.dot(&q).dot(&w), &q);
        own.notes.push(multiples(&w));
        return Ok(own);
    }
    let (y, turned) = match (y, turned) {
        (Some(y), Some(turned)) => (y, turned),
        (None, None) => return Ok(own),
        (y, _) => {
            let missing = if y.is_some() { TURNED } else { Y };
            return Err(refused(missing, "a map of your own needs both f(X, Z) and f(XQ, ZQ)".to_owned()));
        }
    };
    if config.q.trim().is_empty() {
        return Err(refused(Q, "a map of your own needs the Q by which you turned X and Z".to_owned()));
    }
    alike(Y, &y, (n, d))?;
    alike(TURNED, &turned, (n, d))?;
    judge_map(&mut own, "Your map", &y, &turned, &q);
    let out = outside(&y, &x, &z);
    if n + z.nrows() < d && out.is_finite() {
        own.notes.push(format!(
            "Share of f(X, Z) outside the span of X and Z: {}; of a map that respects all of O(d) it is zero.",
            brief(out, 2)
        ));
    }
    Ok(own)
}
