//! What the command line writes of two encodings, made in turns.

use serde::Serialize;

use crate::encoding::face::{Gram, by_distance};
use crate::encoding::lemma::Cloud;
use crate::encoding::measures::Spectrum;
use crate::encoding::phase::Phase;
use crate::error::Error;
use crate::labs::Config;
use crate::labs::encodings::config::{EncodingsConfig, Side};
use crate::labs::encodings::lemma;
use crate::labs::encodings::workbench::{MeasureRow, Workbench, phase};
use crate::run::claim::Verdict;
use crate::run::lineup::Provenance;

/// What is written of two encodings.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "EncodingsReport"))]
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    version: &'static str,
    #[serde(flatten)]
    provenance: Provenance,
    /// The left encoding.
    pub left: SideReport,
    /// The right one.
    pub right: SideReport,
    /// Measures of both.
    pub measures: Vec<MeasureRow>,
    phase: Phase,
    lemma: LemmaReport,
    /// What the lemma's numbers say of its claims.
    pub verdicts: Vec<Verdict>,
}

/// What is written of one encoding.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SideReport {
    encoding: &'static str,
    /// Name of the encoding.
    pub label: &'static str,
    note: String,
    length: usize,
    dot_by_distance: Vec<f32>,
    spectrum: Option<Spectrum>,
}

#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LemmaReport {
    expected: f64,
    spike_time: CloudReport,
    compressed: CloudReport,
}

#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Clone, Debug, Serialize)]
struct CloudReport {
    slope: f64,
    pearson: f64,
    spearman: f64,
    residual: Option<f64>,
    pairs: usize,
}

/// A report that is being made, a piece at a turn. All of it is of one moment: it has tables of its own.
#[derive(Debug)]
pub struct Reporting {
    config: EncodingsConfig,
    bench: Workbench,
    left: Option<SideReport>,
    right: Option<SideReport>,
    measures: Option<Vec<MeasureRow>>,
}

impl Reporting {
    /// Nothing is made yet.
    #[must_use]
    pub fn new(config: &EncodingsConfig, bench: &Workbench) -> Self {
        Self { config: config.clone(), bench: bench.aside(), left: None, right: None, measures: None }
    }

    /// Pieces that are made, and all there are: either side, the measures, and the lemma.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        let there = [self.left.is_some(), self.right.is_some(), self.measures.is_some()];
        (there.map(u32::from).iter().sum(), 4)
    }

    /// Makes a piece; gives the report with the last.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn advance(&mut self) -> Result<Option<Report>, Error> {
        let Some(left) = &self.left else {
            self.left = Some(self.side(Side::Left)?);
            return Ok(None);
        };
        let Some(right) = &self.right else {
            self.right = Some(self.side(Side::Right)?);
            return Ok(None);
        };
        let Some(measures) = &self.measures else {
            self.measures = Some(self.bench.measures(&self.config)?);
            return Ok(None);
        };
        let (left, right, measures) = (left.clone(), right.clone(), measures.clone());
        let lemma = lemma::lemma(&self.config)?;
        let cloud = |cloud: &Cloud| CloudReport {
            slope: cloud.slope,
            pearson: cloud.pearson,
            spearman: cloud.spearman,
            residual: cloud.residual,
            pairs: cloud.pairs,
        };
        Ok(Some(Report {
            version: env!("CARGO_PKG_VERSION"),
            provenance: Config::from(self.config.clone()).provenance(),
            left,
            right,
            measures,
            phase: phase(&self.config),
            lemma: LemmaReport {
                expected: lemma.expected,
                spike_time: cloud(&lemma.spike_time),
                compressed: cloud(&lemma.compressed),
            },
            verdicts: lemma.verdicts,
        }))
    }

    fn side(&self, side: Side) -> Result<SideReport, Error> {
        let (shown, _) = self.config.shown(side);
        let (face, note) = self.bench.face(&self.config, side);
        let slice = Gram::of(&face)?.map(|gram| {
            let products: Vec<f32> = gram.values.iter().map(|&value| value as f32).collect();
            let [mean, ..] = by_distance(&products, gram.length);
            mean
        });
        Ok(SideReport {
            encoding: shown.id(),
            label: shown.label(),
            note,
            length: face.length(),
            dot_by_distance: slice.unwrap_or_default(),
            spectrum: Spectrum::of(&face)?,
        })
    }
}

impl Workbench {
    /// Everything that is measured of the two encodings, but for the matrices.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn report(&self, config: &EncodingsConfig) -> Result<Report, Error> {
        let mut reporting = Reporting::new(config, self);
        loop {
            if let Some(report) = reporting.advance()? {
                return Ok(report);
            }
        }
    }
}
