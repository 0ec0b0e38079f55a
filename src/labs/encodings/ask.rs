//! What is asked of the workbench.

use serde::{Deserialize, Serialize};

use crate::choice::Choice;
use crate::encoding::lemma::Cloud;
use crate::encoding::measures::Spectrum;
use crate::encoding::phase::Phase;
use crate::error::Error;
use crate::labs::arrays::{Bytes, Floats};
use crate::labs::ask::{self, Nothing, Reply, TableName, questions};
use crate::labs::encodings::config::{EncodingsConfig, Side};
use crate::labs::encodings::lemma;
use crate::labs::encodings::logit::Part;
use crate::labs::encodings::report::{Report, Reporting};
use crate::labs::encodings::table_file::{Upload, UploadInfo, to_csv, to_npy};
use crate::labs::encodings::workbench::{self, MeasureRow, PictureInfo, Workbench};
use crate::labs::onward::{Handed, Which};
use crate::property::Field;
use crate::run::claim::Verdict;

type Place<'a> = ask::Place<'a, EncodingsConfig>;
/// What a report is counted in.
const UNIT: &str = "pieces";

type Answer<T> = Result<Reply<T>, Error>;

questions! {
    Workbench, EncodingsConfig;
    /// Similarity of every position to every other, of one side.
    "inspect.picture": ask_picture(OfSide) -> PictureAnswer;
    /// Singular values of one side.
    "inspect.spectrum": ask_spectrum(OfSide) -> Option<Spectrum>;
    /// The table of one side as a file.
    "inspect.table": "page" ask_table(TableFile) -> Bytes;
    /// Takes over a table of the reader’s.
    "inspect.upload": "page" ask_upload(TableUpload) -> UploadInfo;
    /// Lets go of that table.
    "inspect.forget": "page" ask_forget(Nothing) -> ();
    /// The measures of both encodings.
    "measures": ask_measures(Nothing) -> Vec<MeasureRow>;
    /// Spike times and phases of one position.
    "phase": ask_phase(Nothing) -> Phase;
    /// Lemma 1: dot products of two encodings against the sinusoidal one’s.
    "lemma": ask_lemma(Nothing) -> LemmaAnswer;
    /// An attention logit of the first layer, in its four parts.
    "logit": ask_logit(Nothing) -> LogitAnswer;
    /// The encodings of the experiment, for another lab.
    "onward.arms": "page" ask_arms(Which) -> Handed;
    /// The table on the left, for another lab.
    "onward.left": "page" ask_left(Which) -> Handed;
    /// The table on the right, for another lab.
    "onward.right": "page" ask_right(Which) -> Handed;
    /// A table of the lab as CSV.
    "csv": ask_csv(TableName) -> String;
    /// Everything that is measured of both encodings.
    "report": ask_report(Nothing) -> Report;
}

/// One of the two sides.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfSide {
    side: Side,
}

/// A side's table as a file.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableFile {
    side: Side,
    format: TableFormat,
}

/// How a table is written.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TableFormat {
    /// No names, one row a position.
    Csv,
    /// NumPy's, in single precision.
    Npy,
}

/// A table of the reader's, in the place of an earlier one.
#[cfg_attr(test, derive(ts_rs::TS))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableUpload {
    name: String,
    bytes: Bytes,
}

/// The similarity of every position to every other.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Picture"))]
#[derive(Debug, Serialize)]
pub(crate) struct PictureAnswer {
    #[serde(flatten)]
    info: PictureInfo,
    /// `[length][length]`; null where there is nothing to compare.
    matrix: Option<Floats>,
    /// By distance.
    mean: Floats,
    /// By distance.
    least: Floats,
    /// By distance.
    greatest: Floats,
}

/// A cloud of pairs of positions p < q: dot products under one encoding (x) and another (y).
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Cloud"))]
#[derive(Debug, Serialize)]
pub(crate) struct CloudAnswer {
    label: &'static str,
    /// Regression through the origin of y on x.
    slope: f64,
    pearson: f64,
    spearman: f64,
    /// Largest |y − expected × x|; null where no slope is expected.
    residual: Option<f64>,
    /// How many pairs there are.
    pairs: usize,
    /// A sample of them: x0, y0, x1, y1 … in the order of x.
    points: Floats,
}

impl CloudAnswer {
    fn of(cloud: Cloud, label: &'static str) -> Self {
        let Cloud { slope, pearson, spearman, residual, points, pairs } = cloud;
        Self { label, slope, pearson, spearman, residual, pairs, points: Floats(points) }
    }
}

/// Lemma 1 on one length, width and window.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Lemma"))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LemmaAnswer {
    length: u32,
    width: u32,
    window: f32,
    /// (T / L)².
    expected: f64,
    spike_time: CloudAnswer,
    compressed: CloudAnswer,
    verdicts: Vec<Verdict>,
}

/// A full attention logit of layer 1, split, before and after the mapping.
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Logit"))]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogitAnswer {
    /// 'random' are the weights at step 0.
    weights: &'static str,
    step: u32,
    run: String,
    head: u32,
    length: usize,
    /// T / L.
    scale: f64,
    tokens: Vec<String>,
    parts: Vec<Part>,
    /// How far whole logits are from one global factor, in words.
    sentence: String,
    content: bool,
    undone: bool,
    largest_difference: f64,
    /// Attention weights [query][key] under the switches, before the mapping.
    before: Floats,
    /// After it.
    after: Floats,
}

impl Workbench {
    /// Reading weights back from a device takes a while: those of the same run and step are kept.
    async fn take(&mut self, place: &mut Place<'_>) -> Result<(), Error> {
        if !place.config.shows_trained() {
            return Ok(());
        }
        let Some(trains) = place.run.as_mut().and_then(|run| run.trains()) else {
            self.set_trained(None);
            return Ok(());
        };
        let wanted = (trains.moment(), place.config.trained_run);
        if self.taken != Some(wanted) || self.trained().is_none() {
            let trained = trains.trained(place.machine, place.config.trained_run).await?;
            self.set_trained(Some(trained.try_into()?));
            self.taken = Some(wanted);
        }
        Ok(())
    }

    async fn ask_picture(&mut self, OfSide { side }: OfSide, mut place: Place<'_>) -> Answer<PictureAnswer> {
        self.take(&mut place).await?;
        let found = self.picture(place.config, side, place.machine).await?;
        let [mean, least, greatest] = found.by_distance.map(Floats);
        Ok(Reply::Done(PictureAnswer { info: found.info, matrix: found.matrix.map(Floats), mean, least, greatest }))
    }

    async fn ask_spectrum(&mut self, OfSide { side }: OfSide, mut place: Place<'_>) -> Answer<Option<Spectrum>> {
        self.take(&mut place).await?;
        self.spectrum(place.config, side).map(Reply::Done)
    }

    async fn ask_table(&mut self, TableFile { side, format }: TableFile, mut place: Place<'_>) -> Answer<Bytes> {
        self.take(&mut place).await?;
        let table = self.table(place.config, side)?;
        let bytes = match format {
            TableFormat::Csv => to_csv(&table),
            TableFormat::Npy => to_npy(&table),
        };
        Ok(Reply::Done(Bytes(bytes)))
    }

    async fn ask_upload(&mut self, TableUpload { name, bytes }: TableUpload, _: Place<'_>) -> Answer<UploadInfo> {
        // A refused one leaves the one before.
        let upload = Upload::read(&name, &bytes.0)?;
        let info = upload.info.clone();
        self.set_upload(Some(upload));
        Ok(Reply::Done(info))
    }

    async fn ask_forget(&mut self, _: Nothing, _: Place<'_>) -> Answer<()> {
        self.set_upload(None);
        Ok(Reply::Done(()))
    }

    async fn ask_measures(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<Vec<MeasureRow>> {
        self.take(&mut place).await?;
        self.measures(place.config).map(Reply::Done)
    }

    async fn ask_phase(&mut self, _: Nothing, place: Place<'_>) -> Answer<Phase> {
        Ok(Reply::Done(workbench::phase(place.config)))
    }

    async fn ask_lemma(&mut self, _: Nothing, place: Place<'_>) -> Answer<LemmaAnswer> {
        let found = lemma::lemma(place.config)?;
        Ok(Reply::Done(LemmaAnswer {
            length: found.length,
            width: found.width,
            window: found.window,
            expected: found.expected,
            spike_time: CloudAnswer::of(found.spike_time, "Spike time (amplitude form) against sinusoidal"),
            compressed: CloudAnswer::of(found.compressed, "Frequency-compressed against sinusoidal"),
            verdicts: found.verdicts,
        }))
    }

    async fn ask_logit(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<LogitAnswer> {
        self.take(&mut place).await?;
        let config = place.config;
        let (found, run) = self.logit(config)?;
        Ok(Reply::Done(LogitAnswer {
            weights: config.weights.id(),
            step: found.step,
            run,
            head: config.head,
            length: found.length,
            scale: found.scale,
            tokens: found.tokens,
            parts: found.parts,
            sentence: found.sentence,
            content: config.content,
            undone: config.undo,
            largest_difference: found.largest_difference,
            before: Floats(found.before),
            after: Floats(found.after),
        }))
    }

    async fn ask_arms(&mut self, _: Which, place: Place<'_>) -> Answer<Handed> {
        let text = place.config.encodings.text();
        Ok(Reply::Done(Handed { about: "The encodings of the experiment".to_owned(), text }))
    }

    async fn given(&mut self, side: Side, mut place: Place<'_>) -> Answer<Handed> {
        self.take(&mut place).await?;
        let (table, (shown, _)) = (self.table(place.config, side)?, place.config.shown(side));
        let about = format!("Table on the {} ({})", side.id(), shown.label());
        Ok(Reply::Done(Handed::table(about, &table)))
    }

    async fn ask_left(&mut self, _: Which, place: Place<'_>) -> Answer<Handed> {
        self.given(Side::Left, place).await
    }

    async fn ask_right(&mut self, _: Which, place: Place<'_>) -> Answer<Handed> {
        self.given(Side::Right, place).await
    }

    async fn ask_csv(&mut self, TableName { table, .. }: TableName, mut place: Place<'_>) -> Answer<String> {
        self.take(&mut place).await?;
        self.numbers(place.config, &table)?.csv().map(Reply::Done)
    }

    async fn ask_report(&mut self, _: Nothing, mut place: Place<'_>) -> Answer<Report> {
        let mut reporting = match place.kept.take::<Reporting>() {
            Some(reporting) => reporting,
            None => {
                self.take(&mut place).await?;
                Reporting::new(place.config, self)
            }
        };
        if place.stop == Some(UNIT) {
            return Err(Error::Stopped("The report was given up.".to_owned()));
        }
        if let Some(report) = reporting.advance()? {
            return Ok(Reply::Done(report));
        }
        let (at, of) = reporting.progress();
        place.kept.keep(reporting);
        Ok(Reply::Going(ask::Turn { part: "report", unit: UNIT, at, of }))
    }
}
